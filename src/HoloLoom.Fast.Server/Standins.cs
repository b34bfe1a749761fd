#pragma warning disable
namespace HoloLoom.Fast.Hosting;

/// <summary>Stand-in until the hosting package is merged.</summary>
public sealed class HostedRouter(string name, Router router)
{
    public string Name { get; } = name;
    public Router Current { get; set; } = router;
}

/// <summary>Stand-in until the hosting package is merged.</summary>
public sealed class RouterRegistry(HostedRouter fallback, params HostedRouter[] others)
{
    public HostedRouter Default { get; } = fallback;

    public HostedRouter? Find(ReadOnlySpan<byte> utf8Name)
    {
        string name = System.Text.Encoding.UTF8.GetString(utf8Name);
        return name == Default.Name ? Default : others.FirstOrDefault(one => one.Name == name);
    }
}
