using System.Text.Json;
using static Relay.Doubles.Messages;

namespace Relay.Node;

/// <summary>Who is there, as people who run a node read it.</summary>
public sealed class PresenceTests
{
    [Fact]
    public async Task Everybody_is_listed_with_what_they_say_and_who_left_is_not()
    {
        await using var node = await TestNode.StartAsync();
        using var ada = await node.ConnectAsync("/yjs/plan%2Fspring");
        using var bob = await node.ConnectAsync("/yjs/plan%2Fspring");

        // As deep as it may be: deeper than .NET reads by itself.
        var deep = new string('[', 250) + new string(']', 250);
        await ada.SendAsync(Presence((1, 5, """{"user":{"name":"Ada <b>"}}""")));
        await bob.SendAsync(Presence((9_007_199_254_740_991, 1, deep)));
        await UntilAsync(node, 2);
        var text = await node.Http.GetStringAsync(new Uri("/api/documents/plan%2Fspring/presence", UriKind.Relative));
        Assert.Contains("""{"clientId":1,"clock":5,"state":{"user":{"name":"Ada <b>"}}}""", text,
            StringComparison.Ordinal);
        Assert.Contains($$"""{"clientId":9007199254740991,"clock":1,"state":{{deep}}}""", text,
            StringComparison.Ordinal);
        await bob.CloseAsync();
        await UntilAsync(node, 1);
    }

    [Fact]
    public async Task Nobody_is_at_a_document_that_no_node_has_open_and_looking_does_not_open_it()
    {
        await using var node = await TestNode.StartAsync();
        Assert.Equal("""{"clients":[]}""",
            await node.Http.GetStringAsync(new Uri("/api/documents/plan/presence", UriKind.Relative)));
        Assert.Equal(0, node.Sessions.Count);
    }

    private static async Task UntilAsync(TestNode node, int clients)
    {
        var end = DateTime.UtcNow + TestNode.Patience;
        while (true)
        {
            using var answer = JsonDocument.Parse(
                await node.Http.GetStringAsync(new Uri("/api/documents/plan%2Fspring/presence", UriKind.Relative)),
                new JsonDocumentOptions { MaxDepth = 300 });
            if (answer.RootElement.GetProperty("clients").GetArrayLength() == clients)
            {
                return;
            }

            Assert.True(DateTime.UtcNow < end, $"There were never {clients} clients.");
        }
    }
}
