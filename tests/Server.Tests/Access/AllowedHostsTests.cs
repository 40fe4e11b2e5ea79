namespace Relay.Access;

public sealed class AllowedHostsTests
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    [InlineData("localhost.")]
    [InlineData("relay.localhost")]
    [InlineData("127.0.0.1")]
    [InlineData("10.1.2.3")]
    [InlineData("[::1]")]
    [InlineData("[2001:db8::7]")]
    [InlineData("")]
    public void This_machines_names_and_all_addresses_are_its_own(string host) =>
        Assert.True(AllowedHosts.Local.Allow(host));

    [Fact]
    public void So_is_its_host_name() => Assert.True(AllowedHosts.Local.Allow(Environment.MachineName));

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evillocalhost")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData(".localhost")]
    [InlineData("localhost..evil")]
    [InlineData("127.0.0.1@evil.example")]
    public void No_other_name_is(string host) => Assert.False(AllowedHosts.Local.Allow(host));

    [Fact]
    public void Named_hosts_are_allowed_whole_or_with_all_below_them()
    {
        var hosts = Parse("relay.example, *.internal.example,node-1");
        Assert.All(
            ["relay.example", "Relay.Example.", "a.internal.example", "a.b.internal.example", "node-1", "10.0.0.1"],
            host => Assert.True(hosts.Allow(host), host));
        Assert.All(
            ["internal.example", "a.relay.example", "xinternal.example", "localhost", "node-11"],
            host => Assert.False(hosts.Allow(host), host));
        Assert.True(hosts.And(AllowedHosts.Local).Allow("localhost"));
        Assert.True(Parse("relay.example,*").AreAll);
    }

    [Theory]
    [InlineData(",")]
    [InlineData("relay.example:8080")]
    [InlineData("http://relay.example")]
    [InlineData("*relay.example")]
    [InlineData("relay.*")]
    [InlineData("a b")]
    public void What_is_no_host_name_is_refused(string text) => Assert.False(AllowedHosts.TryParse(text, out _));

    private static AllowedHosts Parse(string text) => AllowedHosts.TryParse(text, out var hosts) ? hosts
        : throw new ArgumentException(text, nameof(text));
}
