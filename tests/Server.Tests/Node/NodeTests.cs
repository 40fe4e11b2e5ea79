using System.Net;
using static Relay.Doubles.Messages;

namespace Relay.Node;

public sealed class NodeTests
{
    [Fact]
    public async Task A_node_says_that_it_lives_and_is_ready()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal("live\n", await node.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative)));
        Assert.Equal("ready\n", await node.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative)));
    }

    [Fact]
    public async Task A_document_is_read_over_http_with_everything_that_is_logged_and_leaves_no_session()
    {
        await using var node = await TestNode.StartAsync(settings: "Documents:IdleTimeout=00:00:00");
        using var absent = await node.Http.GetAsync(new Uri("/api/documents/doc", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        using (var client = await node.ConnectAsync())
        {
            await client.SendAsync(Update(Typed(1, 0, "a")));
            await client.UntilAsync(0, 2);
            Assert.Equal(Typed(1, 0, "a"),
                await node.Http.GetByteArrayAsync(new Uri("/api/documents/doc", UriKind.Relative)));
            await client.CloseAsync();
        }

        await node.Sessions.LeaveAllAsync().WaitAsync(TestNode.Patience);
        using var stored = await node.Http.GetAsync(new Uri("/api/documents/doc", UriKind.Relative));
        Assert.Equal("application/octet-stream", stored.Content.Headers.ContentType?.MediaType);
        Assert.Equal(Typed(1, 0, "a"), await stored.Content.ReadAsByteArrayAsync());
        Assert.Equal(0, node.Sessions.Count);
    }

    [Theory]
    [InlineData("/api/documents/%FF", HttpStatusCode.BadRequest)]
    [InlineData("/api/documents/a/b", HttpStatusCode.NotFound)]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    public async Task Addresses_that_are_none_are_refused(string path, HttpStatusCode status)
    {
        await using var node = await TestNode.StartAsync();
        using var answer = await node.Http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task A_node_that_stops_sends_its_clients_elsewhere_and_saves_every_document()
    {
        var directory = Directory.CreateTempSubdirectory("relay-node-").FullName;
        await using (var node = await TestNode.StartAsync(directory: directory))
        {
            var clients = new List<TestSocket>();
            for (var i = 0; i < 10; i++)
            {
                var client = await node.ConnectAsync($"/yjs/doc{i}");
                await client.SendAsync(Update(Typed(1, 0, "a")));
                await client.UntilAsync(0, 2);
                clients.Add(client);
            }

            var codes = clients.Select(c => c.CloseCodeAsync()).ToArray();
            await node.StopAsync();
            Assert.All(await Task.WhenAll(codes), code => Assert.Equal(1012, code));
            Assert.Equal(0, node.Sessions.Count);
        }

        Assert.Equal(10, Directory.GetDirectories(Path.Combine(directory, "snapshots")).Length);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task What_one_node_stored_the_next_one_serves()
    {
        var directory = Directory.CreateTempSubdirectory("relay-node-").FullName;
        await using (var node = await TestNode.StartAsync(directory: directory))
        {
            using var client = await node.ConnectAsync();
            await client.SendAsync(Update(Typed(1, 0, "a")));
            await client.UntilAsync(0, 2);
        }

        await using (var node = await TestNode.StartAsync(directory: directory))
        {
            using var client = await node.ConnectAsync();
            await client.SendAsync(Step1());
            await client.UntilAsync(0, 1);
            Assert.Equal(Typed(1, 0, "a"), client.Document.EncodeState());
        }

        Directory.Delete(directory, recursive: true);
    }
}
