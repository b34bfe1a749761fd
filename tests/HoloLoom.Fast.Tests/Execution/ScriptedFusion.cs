using HoloLoom.Fast.Execution;

namespace HoloLoom.Fast.Tests.Execution;

/// <summary>A fusion of the user's: does what the test says, and finds one result.</summary>
internal sealed class ScriptedFusion(Action seen) : IResultFusion
{
    public IReadOnlyList<SearchResult> Fuse(IReadOnlyList<BackendAnswer> answers, int limit)
    {
        seen();
        return [new SearchResult("fused", 1)];
    }
}
