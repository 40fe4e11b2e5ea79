using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Doubles;

namespace Relay.Access;

public sealed class FetchedKeysTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly FakeTimeProvider time = new();
    private readonly RSA first = RSA.Create(2048);
    private readonly RSA second = RSA.Create(2048);
    private KeyServer server = null!;
    private FetchedKeys keys = null!;
    private JwtVerifier verifier = null!;

    public async ValueTask InitializeAsync()
    {
        server = await KeyServer.StartAsync();
        var publisher = KeyPublisher.OfKeys(server.Address, new SocketsHttpHandler { AllowAutoRedirect = false });
        keys = new FetchedKeys(publisher, time, NullLogger<FetchedKeys>.Instance);
        verifier = new JwtVerifier(keys, null, null, time);
    }

    public async ValueTask DisposeAsync()
    {
        await keys.StopAsync(default).WaitAsync(Patience);
        keys.Dispose();
        await server.DisposeAsync();
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task Published_keys_are_chosen_by_their_id()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        server.Publish(KeyServer.Key(first, "1"), KeyServer.Key(second, "2"), KeyServer.Key(p384, "3", "P-384"));
        Assert.True((await VerifyAsync(first, "1")).IsAccepted);
        Assert.True((await VerifyAsync(second, "2")).IsAccepted);
        Assert.False((await VerifyAsync(first, "2")).IsAccepted);
        Assert.True((await VerifyAsync(second, null)).IsAccepted);
        Assert.True(
            (await verifier.VerifyAsync(TestTokens.OfEc(TestTokens.Claims(time.GetUtcNow()), p384, "ES384", "3"),
                default)).IsAccepted);
        Assert.False(
            (await verifier.VerifyAsync(TestTokens.OfSecret(TestTokens.Claims(time.GetUtcNow())), default)).IsAccepted);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task A_token_that_names_no_key_is_tried_with_few()
    {
        var ids = Enumerable.Range(0, 64).Select(id => $"{id}").ToArray();
        server.Publish([.. ids.Select(id => KeyServer.Key(first, id))]);
        Assert.Equal(FetchedKeys.MaxUnnamed, (await keys.FindAsync("RS256", null, default)).Keys.Count);
        Assert.Single((await keys.FindAsync("RS256", ids[^1], default)).Keys);
    }

    [Fact]
    public async Task A_new_key_is_fetched_when_a_token_names_it_and_one_that_was_withdrawn_is_gone_then()
    {
        server.Publish(KeyServer.Key(first, "1"));
        Assert.True((await VerifyAsync(first, "1")).IsAccepted);
        server.Publish(KeyServer.Key(second, "2"));
        time.Advance(FetchedKeys.ShortestInterval);
        Assert.True((await VerifyAsync(second, "2")).IsAccepted);
        var old = await VerifyAsync(first, "1");
        Assert.Equal((false, false), (old.IsAccepted, old.IsTemporary));
        Assert.Equal(2, server.Requests);
    }

    [Fact]
    public async Task Made_up_key_ids_cost_one_fetch_in_a_while()
    {
        server.Publish(KeyServer.Key(first, "1"));
        Assert.True((await VerifyAsync(first, "1")).IsAccepted);
        for (var i = 0; i < 50; i++)
        {
            var verdict = await VerifyAsync(second, $"made up {i}");
            Assert.Equal((false, false), (verdict.IsAccepted, verdict.IsTemporary));
        }

        Assert.Equal(1, server.Requests);
        time.Advance(FetchedKeys.ShortestInterval);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => VerifyAsync(second, $"made up {i}")));
        Assert.Equal(2, server.Requests);
    }

    [Theory]
    [InlineData(500, "")]
    [InlineData(302, "")]
    [InlineData(200, "no json")]
    [InlineData(200, "[]")]
    [InlineData(200, "{\"keys\":{}}")]
    [InlineData(200, "{\"keys\":[]}")]
    [InlineData(200, "{\"keys\":[],\"half a character: \\ud800\":0}")]
    public async Task Before_the_first_keys_are_there_tokens_are_refused_for_the_moment(int status, string body)
    {
        server.Answer = (status, body);
        var refused = await VerifyAsync(first, "1");
        Assert.Equal((false, true), (refused.IsAccepted, refused.IsTemporary));
        Assert.DoesNotContain("127.0.0.1", refused.Refusal, StringComparison.Ordinal);
        Assert.True((await VerifyAsync(first, "1")).IsTemporary);
        Assert.Equal(1, server.Requests);
        server.Publish(KeyServer.Key(first, "1"));
        time.Advance(FetchedKeys.ShortestInterval);
        Assert.True((await VerifyAsync(first, "1")).IsAccepted);
    }

    [Fact]
    public async Task During_an_outage_the_last_keys_stay_in_use_and_unknown_ones_are_refused_for_the_moment()
    {
        server.Publish(KeyServer.Key(first, "1"));
        Assert.True((await VerifyAsync(first, "1")).IsAccepted);
        server.Answer = (503, "");
        time.Advance(TimeSpan.FromMinutes(6));
        var unknown = await VerifyAsync(second, "2");
        Assert.Equal((false, true), (unknown.IsAccepted, unknown.IsTemporary));
        Assert.True((await VerifyAsync(first, "1")).IsAccepted);
        await server.DisposeAsync();
        time.Advance(TimeSpan.FromMinutes(6));
        Assert.True((await VerifyAsync(second, "2")).IsTemporary);
        Assert.True((await VerifyAsync(first, "1")).IsAccepted);
    }

    [Fact]
    public async Task In_the_background_keys_are_fetched_every_few_minutes()
    {
        server.Publish(KeyServer.Key(first, "1"));
        await keys.StartAsync(default);
        await keys.WhenFetchedAsync(default).WaitAsync(Patience);
        server.Publish(KeyServer.Key(second, "2"));
        var end = DateTime.UtcNow + Patience;
        while (server.Requests < 2)
        {
            Assert.True(DateTime.UtcNow < end, "The keys were not fetched again.");
            time.Advance(FetchedKeys.RefreshInterval);
            await Task.Yield();
        }

        // Its answer may still be on the way; the next fetch is a minute off, so this is not one made for the token.
        while ((await keys.FindAsync("RS256", null, default)).Keys is not [{ Id: "2" }])
        {
            Assert.True(DateTime.UtcNow < end, "The withdrawn key is still in use.");
            await Task.Yield();
        }
    }

    [Fact]
    public void Keys_that_are_for_something_else_are_left_out()
    {
        var good = KeyServer.Key(first, "good");
        var ofOneAlgorithm = With(KeyServer.Key(first, "one"), "alg", "RS512");
        using var small = RSA.Create(1024);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        JsonObject[] bad =
        [
            With(KeyServer.Key(first, "x"), "use", "enc"),
            With(KeyServer.Key(first, "x"), "alg", "HS256"),
            With(KeyServer.Key(first, "x"), "alg", 7),
            With(KeyServer.Key(first, "x"), "kid", 7),
            With(KeyServer.Key(first, "x"), "kty", "oct"),
            With(KeyServer.Key(first, "x"), "n", "***"),
            With(KeyServer.Key(first, "x"), "key_ops", new JsonArray("encrypt")),
            KeyServer.Key(small, "x"),
            KeyServer.Key(p256, "x", "P-384"),
            KeyServer.Key(p256, "x", "secp256k1"),
            With(KeyServer.Key(p256, "x", "P-256"), "y", "AAAA"),
            new JsonObject { ["kty"] = "oct", ["k"] = "AAAA" },
        ];
        var set = new JsonObject { ["keys"] = new JsonArray([.. bad, good, ofOneAlgorithm, 7]) };
        var read = JsonWebKeys.Read(System.Text.Encoding.UTF8.GetBytes(set.ToJsonString()));
        Assert.Equal(["good", "one"], read.Select(key => key.Id));
        Assert.Equal(6, read[0].Algorithms.Count);
        Assert.Equal(["RS512"], read[1].Algorithms);
    }

    private static JsonObject With(JsonObject key, string name, JsonNode value)
    {
        key[name] = value;
        return key;
    }

    private async Task<TokenVerdict> VerifyAsync(RSA key, string? keyId) =>
        await verifier.VerifyAsync(TestTokens.OfRsa(TestTokens.Claims(time.GetUtcNow()), key, "RS256", keyId), default)
            .AsTask().WaitAsync(Patience);
}
