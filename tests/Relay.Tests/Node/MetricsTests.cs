namespace Relay.Node;

/// <summary>Who may read a node's numbers is decided in front of it, by the address; so there is one.</summary>
public sealed class MetricsTests
{
    [Theory]
    [InlineData("/metrics")]
    [InlineData("/metrics?format=text")]
    public async Task Metrics_are_answered_at_their_address(string address)
    {
        await using var node = await TestNode.StartAsync();
        using var answer = await GetAsync(node, address);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains("relay_ready", await answer.Content.ReadAsStringAsync().WaitAsync(TestNode.Patience),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/Metrics")]
    [InlineData("/metrics/")]
    [InlineData("/%6Detrics")]
    [InlineData("/./metrics")]
    [InlineData("/yjs/../metrics")]
    public async Task No_other_spelling_leads_around_a_rule_that_shuts_that_address(string address)
    {
        await using var node = await TestNode.StartAsync();
        using var answer = await GetAsync(node, address);
        Assert.Equal(404, (await ProblemAnswer.ReadAsync(answer)).Status);
    }

    /// <summary>The address goes out as it is spelled here.</summary>
    private static Task<HttpResponseMessage> GetAsync(TestNode node, string address) =>
        node.Http.GetAsync(
            new Uri(node.Address.GetLeftPart(UriPartial.Authority) + address,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })).WaitAsync(
                TestNode.Patience);
}
