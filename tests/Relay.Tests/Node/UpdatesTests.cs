using System.Text;
using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Node;

/// <summary>Updates that come over HTTP.</summary>
public sealed class UpdatesTests
{
    private const string Path = "/api/documents/doc/updates";

    [Fact]
    public async Task An_update_is_in_the_document_when_it_is_answered_and_clients_see_it()
    {
        await using var node = await TestNode.StartAsync();
        using var client = await node.ConnectAsync();
        await client.UntilAsync(0, 0);
        Assert.Equal(204, await node.StatusAsync("POST", Path, body: Typed(1, 0, "a")));
        Assert.Equal(Typed(1, 0, "a"), await node.Http.GetByteArrayAsync(new Uri("/api/documents/doc", UriKind.Relative)));
        await client.UntilAsync(0, 2);
        Assert.Equal(Typed(1, 0, "a"), client.Document.EncodeState());
    }

    [Fact]
    public async Task A_document_that_nobody_has_open_takes_an_update_and_is_left_again()
    {
        await using var node = await TestNode.StartAsync(settings: "Documents:IdleTimeout=00:00:00");
        Assert.Equal(204, await node.StatusAsync("POST", Path, body: Typed(1, 0, "a")));
        await node.Sessions.WhenGoneAsync(World.Name).WaitAsync(TestNode.Patience);
        Assert.Equal(0, node.Sessions.Count);
        Assert.Equal(Typed(1, 0, "a"), await node.Http.GetByteArrayAsync(new Uri("/api/documents/doc", UriKind.Relative)));
    }

    [Fact]
    public async Task The_same_update_again_is_answered_alike_and_changes_nothing()
    {
        await using var node = await TestNode.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(204, await node.StatusAsync("POST", Path, body: Typed(1, 0, "a")));
        }

        Assert.Equal(204, await node.StatusAsync("POST", Path, body: [0, 0]));
        Assert.Equal(Typed(1, 0, "a"), await node.Http.GetByteArrayAsync(new Uri("/api/documents/doc", UriKind.Relative)));
    }

    [Fact]
    public async Task What_is_no_update_is_refused_with_what_the_engine_says_of_it()
    {
        await using var node = await TestNode.StartAsync();
        var (status, sentence, type) = await node.RefusedAsync("POST", Path, body: [1, 2, 3]);
        Assert.Equal((400, "bad-update"), (status, type));
        Assert.Matches(@"\(at byte \d+\)$", sentence);
        Assert.Equal((400, "bad-update"), await StatusAndTypeAsync(node, []));
        Assert.Equal(415, (await node.RefusedAsync("POST", Path, body: Typed(1, 0, "a"), type: "text/plain")).Status);
        Assert.Equal(415, (await node.RefusedAsync("POST", Path)).Status);
        Assert.Equal(0, node.Sessions.Count);
    }

    [Fact]
    public async Task Limits_are_kept()
    {
        await using var node = await TestNode.StartAsync(settings: ["Limits:MaxMessageBytes=4096", "Limits:MaxDocumentBytes=2048"]);
        Assert.Equal((413, "limit"), await StatusAndTypeAsync(node, Typed(1, 0, new string('x', 5000))));
        Assert.Equal((413, "limit"), await StatusAndTypeAsync(node, Typed(1, 0, new string('x', 3000))));
        Assert.Equal(204, await node.StatusAsync("POST", Path, body: Typed(1, 0, "a")));
    }

    [Fact]
    public async Task Writers_write_with_a_token_in_the_header_and_nobody_else()
    {
        await using var node = await TestNode.StartAsync(settings: ["Auth:Mode=jwt", "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret)]);
        var update = Typed(1, 0, "a");
        Assert.Equal((401, "A token is needed.", "token"), await node.RefusedAsync("POST", Path, body: update));
        Assert.Equal((403, "The token does not allow to write this document.", "token"), await node.RefusedAsync("POST", Path, Token("doc", "read"), update));
        Assert.Equal(403, await node.StatusAsync("POST", Path, Token("other", "write"), update));
        Assert.Equal(401, await node.StatusAsync("POST", Path + "?token=" + Token("doc", "write"), null, update));
        Assert.Equal(204, await node.StatusAsync("POST", Path, Token("doc", "write"), update));
    }

    private static string Token(string document, string level) =>
        TestTokens.OfSecret(TestTokens.Claims(DateTimeOffset.UtcNow, new { documents = new Dictionary<string, string> { [document] = level } }));

    private static async Task<(int Status, string Type)> StatusAndTypeAsync(TestNode node, byte[] body)
    {
        var (status, _, type) = await node.RefusedAsync("POST", Path, body: body);
        return (status, type);
    }
}
