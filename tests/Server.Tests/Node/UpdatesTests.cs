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
        await client.SendAsync(Step1());
        await client.UntilAsync(0, 1);
        Assert.Equal(204, await node.StatusAsync("POST", Path, body: Typed(1, 0, "a")));
        Assert.Equal(Typed(1, 0, "a"),
            await node.Http.GetByteArrayAsync(new Uri("/api/documents/doc", UriKind.Relative)));
        await client.UntilAsync(0, 2);
        Assert.Equal(Typed(1, 0, "a"), client.Document.EncodeState());
    }

    [Fact]
    public async Task A_document_that_no_client_has_open_takes_an_update_and_is_left_again()
    {
        await using var node = await TestNode.StartAsync(settings: "Documents:IdleTimeout=00:00:00");
        Assert.Equal(204, await node.StatusAsync("POST", Path, body: Typed(1, 0, "a")));
        await node.Sessions.WhenGoneAsync(World.Name).WaitAsync(TestNode.Patience);
        Assert.Equal(0, node.Sessions.Count);
        Assert.Equal(Typed(1, 0, "a"),
            await node.Http.GetByteArrayAsync(new Uri("/api/documents/doc", UriKind.Relative)));
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
        Assert.Equal(Typed(1, 0, "a"),
            await node.Http.GetByteArrayAsync(new Uri("/api/documents/doc", UriKind.Relative)));
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
        await using var node = await TestNode.StartAsync(
            settings: ["Limits:MaxMessageBytes=1024", "Limits:MaxDocumentBytes=2048"]);
        Assert.Equal((413, "limit"), await StatusAndTypeAsync(node, Typed(1, 0, new string('x', 5000))));
        Assert.Equal((413, "limit"), await StatusAndTypeAsync(node, Typed(1, 0, new string('x', 3000))));
        Assert.Equal(204, await node.StatusAsync("POST", Path, body: Typed(1, 0, "a")));
    }

    [Fact]
    public async Task A_document_that_is_larger_than_a_message_may_be_is_put_back_in_one_piece()
    {
        await using var node = await TestNode.StartAsync(settings: ["Limits:MaxMessageBytes=65536"]);
        var large = Typed(1, 0, new string('x', 20_000_000));
        Assert.Equal(204, await node.StatusAsync("POST", Path, body: large));
        var state = await node.Http.GetByteArrayAsync(new Uri("/api/documents/doc", UriKind.Relative));
        Assert.Equal(large, state);
        Assert.Equal(204, await node.StatusAsync("POST", "/api/documents/copy/updates", body: state));
        Assert.Equal(0, node.Budget.Used);
    }

    [Fact]
    public async Task A_body_without_a_declared_length_is_taken_as_far_as_the_limit()
    {
        await using var node = await TestNode.StartAsync(
            settings: ["Limits:MaxDocumentBytes=2000000", "Limits:MaxMessageBytes=1024"]);
        using var fits = new StreamContent(new Unseekable(Typed(1, 0, new string('x', 1_000_000))));
        using var exceeds = new StreamContent(new Unseekable(Typed(1, 1_000_000, new string('x', 3_000_000))));
        Assert.Equal(204, (int)(await PostAsync(node, fits)).StatusCode);
        Assert.Equal(413, (int)(await PostAsync(node, exceeds)).StatusCode);
        Assert.Equal(0, node.Budget.Used);
    }

    [Fact]
    public async Task A_body_for_which_there_is_no_room_is_told_to_come_later()
    {
        await using var node = await TestNode.StartAsync(
            settings: ["Limits:MaxMessageBytes=1024", "Limits:MaxBufferedBytes=2000000"]);
        Assert.True(node.Budget.TryTake(1_900_000));
        using var body = new ByteArrayContent(Typed(1, 0, new string('x', 1_000_000)));
        using var answer = await PostAsync(node, body);
        Assert.Equal(503, (int)answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        node.Budget.Return(1_900_000);
        using var again = new ByteArrayContent(Typed(1, 0, new string('x', 1_000_000)));
        Assert.Equal(204, (int)(await PostAsync(node, again)).StatusCode);
    }

    [Fact]
    public async Task Only_writers_write_and_with_a_token_in_the_header()
    {
        await using var node = await TestNode.StartAsync(
            settings: ["Auth:Mode=jwt", "Auth:Jwt:Secret=" + Encoding.UTF8.GetString(TestTokens.Secret)]);
        var update = Typed(1, 0, "a");
        Assert.Equal((401, "A token is needed.", "token"), await node.RefusedAsync("POST", Path, body: update));
        Assert.Equal((403, "The token does not allow to write this document.", "token"),
            await node.RefusedAsync("POST", Path, Token("doc", "read"), update));
        Assert.Equal(403, await node.StatusAsync("POST", Path, Token("other", "write"), update));
        Assert.Equal(401, await node.StatusAsync("POST", Path + "?token=" + Token("doc", "write"), null, update));
        Assert.Equal(204, await node.StatusAsync("POST", Path, Token("doc", "write"), update));
    }

    private static Task<HttpResponseMessage> PostAsync(TestNode node, HttpContent body)
    {
        body.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/octet-stream");
        return node.Http.PostAsync(new Uri(Path, UriKind.Relative), body).WaitAsync(TestNode.Patience);
    }

    private static string Token(string document, string level) =>
        TestTokens.OfSecret(
            TestTokens.Claims(DateTimeOffset.UtcNow,
                new { documents = new Dictionary<string, string> { [document] = level } }));

    private static async Task<(int Status, string Type)> StatusAndTypeAsync(TestNode node, byte[] body)
    {
        var (status, _, type) = await node.RefusedAsync("POST", Path, body: body);
        return (status, type);
    }

    /// <summary>What does not say how long it is.</summary>
    private sealed class Unseekable(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
