using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Relay.Doubles;

namespace Relay.Access;

public sealed class OpenIdProviderTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new();
    private readonly RSA first = RSA.Create(2048);
    private readonly RSA second = RSA.Create(2048);
    private KeyServer server = null!;

    public async ValueTask InitializeAsync()
    {
        server = await KeyServer.StartAsync();
        server.Publish(KeyServer.Key(first, "1"));
        server.Describe(server.Authority, server.Address.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        first.Dispose();
        second.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task A_provider_says_where_its_keys_are_and_whose_tokens_they_sign(string slash)
    {
        using var keys = Keys(server.Authority + slash);
        Assert.True((await VerifyAsync(keys, first, "1", server.Authority)).IsAccepted);
        foreach (var other in new[] { null, "https://other.example", server.Authority + "/", "" })
        {
            var refused = await VerifyAsync(keys, first, "1", other);
            Assert.Equal("The token is of another issuer.", refused.Refusal);
            Assert.False(refused.IsForged);
        }

        Assert.True((await VerifyAsync(keys, second, "1", server.Authority)).IsForged);
        Assert.Equal(1, server.Requests);
    }

    [Fact]
    public async Task A_provider_whose_issuer_ends_with_a_slash_needs_none_in_the_setting()
    {
        server.Describe(server.Authority + "/", server.Address.ToString());
        using var keys = Keys(server.Authority);
        Assert.True((await VerifyAsync(keys, first, "1", server.Authority + "/")).IsAccepted);
        Assert.False((await VerifyAsync(keys, first, "1", server.Authority)).IsAccepted);
    }

    [Fact]
    public async Task Keys_that_move_are_found_where_the_provider_says_they_are_now()
    {
        using var keys = Keys(server.Authority);
        Assert.True((await VerifyAsync(keys, first, "1", server.Authority)).IsAccepted);
        await using var moved = await KeyServer.StartAsync();
        moved.Publish(KeyServer.Key(second, "2"));
        server.Describe(server.Authority, moved.Address.ToString());
        time.Advance(FetchedKeys.ShortestInterval);
        Assert.True((await VerifyAsync(keys, second, "2", server.Authority)).IsAccepted);
        Assert.False((await VerifyAsync(keys, first, "1", server.Authority)).IsAccepted);
    }

    [Fact]
    public async Task During_an_outage_of_the_description_keys_and_issuer_stay_as_they_were()
    {
        using var keys = Keys(server.Authority);
        Assert.True((await VerifyAsync(keys, first, "1", server.Authority)).IsAccepted);
        server.Description = (503, "");
        time.Advance(FetchedKeys.ShortestInterval);
        Assert.True((await VerifyAsync(keys, second, "2", server.Authority)).IsTemporary);
        Assert.True((await VerifyAsync(keys, first, "1", server.Authority)).IsAccepted);
        Assert.False((await VerifyAsync(keys, first, "1", "https://other.example")).IsAccepted);
    }

    [Fact]
    public async Task A_description_that_is_none_or_another_providers_is_not_followed()
    {
        var address = server.Address.ToString();
        string Described(JsonNode? issuer, JsonNode? keys) =>
            new JsonObject { ["issuer"] = issuer, ["jwks_uri"] = keys }.ToJsonString();
        foreach (var description in new[]
        {
            "", "[]", "7", "{}", "no json",
            Described(server.Authority + "2", address),
            Described(server.Authority.ToUpperInvariant(), address),
            Described(server.Authority + "//", address),
            Described(7, address),
            Described(null, address),
            Described(server.Authority, null),
            Described(server.Authority, 7),
            Described(server.Authority, "/keys"),
            Described(server.Authority, "file:///keys"),
            Described(server.Authority, address.Replace("://", "://user:password@", StringComparison.Ordinal)),
            "{\"issuer\":\"\\ud800\",\"jwks_uri\":\"" + address + "\"}",
            new string('[', 10_000),
        })
        {
            server.Description = (200, description);
            using var keys = Keys(server.Authority);
            var refused = await VerifyAsync(keys, first, "1", server.Authority);
            Assert.Equal((false, true), (refused.IsAccepted, refused.IsTemporary));
            Assert.DoesNotContain("127.0.0.1", refused.Refusal, StringComparison.Ordinal);
        }

        Assert.Equal(0, server.Requests);
    }

    [Theory]
    [InlineData("https://issuer.example/keys", true)]
    [InlineData("https://keys.example/of/issuer", true)]
    [InlineData("http://issuer.example/keys", false)]
    [InlineData("http://127.0.0.1/keys", false)]
    public async Task A_provider_that_is_asked_over_tls_leads_nowhere_without_it(string address, bool isFollowed)
    {
        var asked = new List<string>();
        var description = new JsonObject { ["issuer"] = "https://issuer.example", ["jwks_uri"] = address };
        using var publisher = KeyPublisher.OfAuthority(
            new Uri("https://issuer.example"),
            new Answers(uri =>
            {
                asked.Add(uri);
                return asked.Count == 1 ? description.ToJsonString() : "keys";
            }));
        if (isFollowed)
        {
            var fetched = await publisher.FetchAsync();
            Assert.Equal("https://issuer.example", fetched.Issuer);
            Assert.Equal("keys"u8.ToArray(), fetched.Keys);
        }
        else
        {
            await Assert.ThrowsAnyAsync<JsonException>(publisher.FetchAsync);
        }

        const string Description = "https://issuer.example/.well-known/openid-configuration";
        Assert.Equal(isFollowed ? [Description, address] : [Description], asked);
    }

    private FetchedKeys Keys(string authority)
    {
        var http = new SocketsHttpHandler { AllowAutoRedirect = false };
        var publisher = KeyPublisher.OfAuthority(new Uri(authority), http);
        return new FetchedKeys(publisher, time, NullLogger<FetchedKeys>.Instance);
    }

    private async Task<TokenVerdict> VerifyAsync(FetchedKeys keys, RSA key, string keyId, string? issuer)
    {
        var token = TestTokens.OfRsa(TestTokens.Claims(time.GetUtcNow(), new { iss = issuer }), key, "RS256", keyId);
        return await new JwtVerifier(keys, null, null, time).VerifyAsync(token, default);
    }

    /// <summary>Answers without a network.</summary>
    private sealed class Answers(Func<string, string> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(answer(request.RequestUri!.ToString())),
            });
    }
}
