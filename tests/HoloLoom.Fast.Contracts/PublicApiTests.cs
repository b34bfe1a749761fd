using PublicApiGenerator;

namespace HoloLoom.Fast.Contracts;

/// <summary>The public API is what the committed file says. After a deliberate change, run the tests with HOLOLOOM_ACCEPT_API=1 and commit the file.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData(typeof(Router))]
    [InlineData(typeof(Backends.SqliteBackend))]
    [InlineData(typeof(Hosting.RouterRegistry))]
    [InlineData(typeof(Server.RoutingServer))]
    [InlineData(typeof(Server.Resp.RespEndpoint))]
    public void The_public_api_is_the_committed_one(Type member)
    {
        string file = Repository.PathOf("tests", "HoloLoom.Fast.Contracts", $"PublicApi.{member.Assembly.GetName().Name}.txt");
        string api = member.Assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("HOLOLOOM_ACCEPT_API") == "1")
        {
            File.WriteAllText(file, api);
        }

        Assert.Equal(File.ReadAllText(file), api);
    }
}
