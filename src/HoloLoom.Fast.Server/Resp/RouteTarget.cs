using HoloLoom.Fast.Hosting;

namespace HoloLoom.Fast.Server.Resp;

/// <summary>Who decides, and among which backends. Queries with the same target can be routed together.</summary>
/// <param name="Hosted">The router by its name, which may be replaced at any time.</param>
/// <param name="Replies">The router that it was when the query came, and its replies.</param>
/// <param name="Available">The backends, by that router's numbers.</param>
internal record struct RouteTarget(HostedRouter Hosted, DecisionReplies Replies, BackendSet Available)
{
    /// <summary>Turns to the router's successor, if there is one, where the same names may have other numbers.</summary>
    public bool TryFollow()
    {
        Router successor = Hosted.Current;
        if (ReferenceEquals(successor, Replies.Router))
        {
            return false;
        }

        DecisionReplies replies = DecisionReplies.Of(successor);
        Available = Available == BackendSet.All ? Available : replies.Translate(Available, Replies);
        Replies = replies;
        return true;
    }
}
