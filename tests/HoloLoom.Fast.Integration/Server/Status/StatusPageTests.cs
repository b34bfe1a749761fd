using System.Text;
using HoloLoom.Fast.Integration.Server.Http;

namespace HoloLoom.Fast.Integration.Server.Status;

/// <summary>The status page in a real browser. What each scenario looks at is in <c>browser/page.mjs</c>.</summary>
public sealed class StatusPageTests(Browser browser) : IClassFixture<Browser>
{
    [SkippableTheory]
    [InlineData("without a script")]
    [InlineData("renews itself")]
    [InlineData("charts")]
    [InlineData("accessible")]
    public async Task The_page_is(string scenario)
    {
        using ServedProcess server = await ServedProcess.StartAsync([]);
        await browser.PlayAsync(scenario, server.Url);
    }

    [SkippableTheory]
    [InlineData(
        "hostile names", "hostile",
        """{"backends":["<img src=x onerror=alert(1)>","b"],"queryTypes":[{"name":"\"><script>alert(2)</script>","backend":"<img src=x onerror=alert(1)>","patterns":["who","similar","my"]}],"strategy":"rules"}""")]
    [InlineData(
        "experiment", "tried",
        """{"experiment":{"name":"pick","variants":[{"name":"control","strategy":"rules"},{"name":"learned","strategy":"thompson"}]}}""")]
    public async Task The_page_shows_other_routers(string scenario, string router, string configuration)
    {
        using ServedProcess server = await ServedProcess.StartAsync([]);
        using var content = new StringContent(configuration, Encoding.UTF8, "application/json");
        using HttpResponseMessage created = await server.Client.PutAsync($"/v1/routers/{router}", content);
        Assert.True(created.IsSuccessStatusCode, await created.Content.ReadAsStringAsync());
        await browser.PlayAsync(scenario, server.Url);
    }

    [SkippableFact]
    public async Task A_browser_is_asked_for_the_key()
    {
        const string Key = "s3cret: with a colon";
        using ServedProcess server = await ServedProcess.StartAsync([], environment: new Dictionary<string, string> { ["HOLOLOOM_API_KEY"] = Key });
        await browser.PlayAsync("key", server.Url, Key);
    }

    [SkippableFact]
    public async Task The_page_says_when_the_server_is_gone()
    {
        using ServedProcess server = await ServedProcess.StartAsync([]);
        await browser.PlayAsync("server gone", server.Url, said: line =>
        {
            Assert.Equal("open", line);
            return server.KillAsync();
        });
    }
}
