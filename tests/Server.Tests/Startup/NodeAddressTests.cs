using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using Relay.Doubles;

namespace Relay.Startup;

public sealed class NodeAddressTests
{
    private static readonly RelaySettings Settings = Read();

    [Fact]
    public void What_is_set_is_the_address()
    {
        var address = IPEndPoint.Parse("10.0.0.7:80");
        Assert.Equal(address, NodeAddress.Find(Read(("Node:Address", "10.0.0.7:80")), "http://127.0.0.1:9/nobody"));
        Assert.Equal(5211, NodeAddress.ToListenAt(address, Settings.Internal).Port);
    }

    [Fact]
    public void A_machine_has_an_address_that_others_can_reach_or_the_start_says_what_to_set()
    {
        try
        {
            var address = NodeAddress.Find(Settings, null);
            Assert.False(IPAddress.IsLoopback(address.Address));
            Assert.Equal(5211, address.Port);
        }
        catch (SettingsException refused)
        {
            Assert.Contains("Relay:Node:Address", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task On_ecs_the_task_metadata_endpoint_knows_the_address()
    {
        await using var metadata = RawPeer.WithBody(Encoding.UTF8.GetBytes(
            """
            {
              "DockerId": "x", "Name": "relay",
              "Networks": [
                {
                  "NetworkMode": "awsvpc", "IPv4Addresses": ["10.0.2.100"],
                  "SubnetGatewayIpv4Address": "10.0.2.1/24"
                }
              ]
            }
            """));
        Assert.Equal("10.0.2.100:5211", (await FindAsync($"http://{metadata.Address}/v4/abc")).ToString());
        Assert.StartsWith("GET /v4/abc HTTP/1.1\r\n", await metadata.Asked, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"Networks":[]}""")]
    [InlineData("""{"Networks":[{"IPv4Addresses":["nowhere"]}]}""")]
    [InlineData("""{"Networks":[{"IPv4Addresses":[null]}]}""")]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("<html>")]
    public async Task An_endpoint_that_does_not_know_it_stops_the_start_with_a_sentence(string answer)
    {
        await using var metadata = RawPeer.WithBody(Encoding.UTF8.GetBytes(answer));
        var refused = await Assert.ThrowsAsync<SettingsException>(() => FindAsync($"http://{metadata.Address}/v4"));
        Assert.EndsWith("set Relay:Node:Address.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_that_fails_stops_the_start_with_a_sentence()
    {
        await using var failing = RawPeer.WithStatus("500 Internal Server Error");
        foreach (var address in (string[])[$"http://{failing.Address}/v4", "nonsense", "ftp://127.0.0.1/"])
        {
            var refused = await Assert.ThrowsAsync<SettingsException>(() => FindAsync(address));
            Assert.Contains("Relay:Node:Address", refused.Message, StringComparison.Ordinal);
        }
    }

    private static Task<IPEndPoint> FindAsync(string metadata) =>
        Task.Run(() => NodeAddress.Find(Settings, metadata)).WaitAsync(TimeSpan.FromSeconds(60));

    private static RelaySettings Read(params (string Key, string Value)[] settings)
    {
        (string Key, string Value)[] all = [("Internal:Port", "5211"), ("Internal:Secret", "secret"), .. settings];
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(all.Select(s => KeyValuePair.Create("Relay:" + s.Key, (string?)s.Value)))
            .Build();
        return RelaySettings.Read(configuration, isDevelopment: true);
    }
}
