using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Relay.Access;
using Relay.Doubles;
using static Relay.Doubles.Messages;

namespace Relay.Node;

/// <summary>What a node asks and says before it looks at tokens, and what it never says.</summary>
public sealed class GateTests
{
    private const string JwtSecret = "Auth:Jwt:Secret=a secret that only tests know, of 48 bytes or so";

    [Fact]
    public async Task Pages_of_other_origins_are_refused_and_clients_that_are_no_pages_are_not()
    {
        await using var node = await TestNode.StartAsync(
            settings: "Auth:AllowedOrigins=https://app.example,http://localhost:3000");
        using var page = await node.ConnectAsync(headers: ("Origin", "https://app.example"));
        using var program = await node.ConnectAsync();
        await page.UntilAsync(0, 0);
        await program.UntilAsync(0, 0);
        foreach (var origin in new[] { "https://evil.example", "null", "https://app.example.evil.example" })
        {
            Assert.Equal((403, "Pages of this origin may not connect (Auth:AllowedOrigins)."),
                await node.RefusedAsync("/yjs/doc", ("Origin", origin)));
        }

        using var asked = new HttpRequestMessage(HttpMethod.Get,
            "/yjs/doc")
        { Headers = { { "Origin", "https://app.example" } } };
        using var answer = await node.Http.SendAsync(asked);
        Assert.Equal("https://app.example", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Fact]
    public async Task A_page_learns_by_a_plain_request_why_its_websocket_is_refused()
    {
        await using var node = await TestNode.StartAsync(settings: ["Auth:Mode=jwt", JwtSecret]);
        using var asked = new HttpRequestMessage(HttpMethod.Get,
            "/yjs/doc?token=nonsense")
        { Headers = { { "Origin", "https://anywhere.example" } } };
        using var answer = await node.Http.SendAsync(asked);
        Assert.Equal((401, "*"),
            ((int)answer.StatusCode, answer.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        using var good = await node.Http.GetAsync(
            new Uri("/yjs/doc?token=" + TestTokens.OfSecret(TestTokens.Claims(DateTimeOffset.UtcNow)),
                UriKind.Relative));
        Assert.Equal(426, (int)good.StatusCode);
    }

    [Fact]
    public async Task An_address_that_connects_too_often_is_told_to_come_later()
    {
        await using var node = await TestNode.StartAsync(settings: "Limits:ConnectionsPerMinute=2");
        using var first = await node.ConnectAsync();
        await first.UntilAsync(0, 0);
        Assert.Equal(426, (int)(await node.Http.GetAsync(new Uri("/yjs/doc", UriKind.Relative))).StatusCode);
        Assert.Equal(
            (429, "Too many connections come from this address (Limits:ConnectionsPerMinute); connect again later."),
            await node.RefusedAsync("/yjs/doc"));

        // A stranger who names another address is not believed.
        Assert.Equal(429, (await node.RefusedAsync("/yjs/doc", ("X-Forwarded-For", "203.0.113.7"))).Status);
    }

    [Fact]
    public async Task A_proxy_that_no_setting_names_is_noticed_once()
    {
        var log = new NodeLog();
        await using var node = await TestNode.StartAsync(builder => builder.Logging.AddProvider(log));
        for (var i = 0; i < 3; i++)
        {
            using var client = await node.ConnectAsync(headers: ("X-Forwarded-For", "203.0.113.7"));
            await client.UntilAsync(0, 0);
        }

        Assert.Single(log.Lines,
            line => line.Contains("name it in Relay:Network:TrustedProxies", StringComparison.Ordinal)
            && line.StartsWith("A request of 127.0.0.1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Behind_trusted_proxies_the_client_is_the_last_address_that_none_of_them_has()
    {
        await using var node = await TestNode.StartAsync(
            settings: ["Limits:ConnectionsPerMinute=1", "Network:TrustedProxies=127.0.0.0/8,::1,10.0.0.0/8"]);
        using var ada = await node.ConnectAsync(headers: ("X-Forwarded-For", "203.0.113.7"));
        using var bob = await node.ConnectAsync(headers: ("X-Forwarded-For", "203.0.113.8, 10.1.2.3"));
        Assert.Equal(429, (await node.RefusedAsync("/yjs/doc", ("X-Forwarded-For", "203.0.113.8, 10.9.9.9"))).Status);
        Assert.Equal(429,
            (await node.RefusedAsync("/yjs/doc", ("X-Forwarded-For", "198.51.100.1, 203.0.113.7"))).Status);
    }

    [Fact]
    public async Task When_keys_cannot_be_fetched_tokens_are_refused_for_the_moment_only()
    {
        var server = await KeyServer.StartAsync();
        server.Answer = (500, "");
        await using var node = await TestNode.StartAsync(
            builder => builder.Services.AddSingleton(new Startup.StartCheckOptions { Patience = TimeSpan.Zero }),
                settings: ["Auth:Mode=jwt", "Auth:Jwt:JwksUrl=" + server.Address]);
        using var key = System.Security.Cryptography.RSA.Create(2048);
        var token = TestTokens.OfRsa(TestTokens.Claims(DateTimeOffset.UtcNow), key, keyId: "1");
        Assert.Equal((503, "The keys that tokens are checked with cannot be fetched at the moment; try again."),
            await node.RefusedAsync("/yjs/doc?token=" + token));
        using var ready = await node.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal(503, (int)ready.StatusCode);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Tokens_of_an_openid_provider_open_documents()
    {
        await using var provider = await KeyServer.StartAsync();
        using var key = System.Security.Cryptography.RSA.Create(2048);
        provider.Publish(KeyServer.Key(key, "1"));
        provider.Describe(provider.Authority, provider.Address.ToString());
        await using var node = await TestNode.StartAsync(
            settings: ["Auth:Mode=jwt", "Auth:Jwt:Authority=" + provider.Authority]);
        string Token(string issuer) => TestTokens.OfRsa(
            TestTokens.Claims(DateTimeOffset.UtcNow, new { iss = issuer }), key, keyId: "1");
        using var client = await node.ConnectAsync("/yjs/doc?token=" + Token(provider.Authority));
        var refused = await node.RefusedAsync("/yjs/doc?token=" + Token("https://other.example"));
        Assert.Equal((401, "The token is of another issuer."), refused);
    }

    [Fact]
    public async Task A_stamped_presence_is_that_of_the_token()
    {
        await using var node = await TestNode.StartAsync(
            settings: ["Auth:Mode=jwt", JwtSecret, "Auth:StampAwareness=true"]);
        using var client = await node.ConnectAsync(
            "/yjs/doc?token=" + TestTokens.OfSecret(TestTokens.Claims(DateTimeOffset.UtcNow, new { name = "Ada" })));
        var state = """{"user":{"name":"Bob","color":"#f00"}}"""u8.ToArray();
        await client.SendAsync([1, (byte)(state.Length + 4), 1, 7, 1, (byte)state.Length, .. state]);
        var shown = await client.UntilAsync(1);
        Assert.Equal("""{"user":{"color":"#f00","id":"ada","name":"Ada"}}""", Encoding.UTF8.GetString(shown.AsSpan(6)));
    }

    [Fact]
    public async Task Nothing_of_a_token_is_ever_logged_whatever_level_is_asked_for()
    {
        var log = new NodeLog();
        await using var node = await TestNode.StartAsync(
            builder =>
            {
                builder.Logging.AddProvider(log);
                foreach (var category in new[] { "Default", "Microsoft.AspNetCore", "Microsoft.AspNetCore.Hosting",
                    "Microsoft.AspNetCore.Hosting.Diagnostics", "Microsoft.AspNetCore.Server.Kestrel",
                    "Microsoft.AspNetCore.Server.Kestrel.BadRequests" })
                {
                    builder.Configuration["Logging:LogLevel:" + category] = "Trace";
                    builder.Configuration["Logging:Log:LogLevel:" + category] = "Trace";
                }
            },
            settings: ["Auth:Mode=jwt", JwtSecret]);
        var good = TestTokens.OfSecret(TestTokens.Claims(DateTimeOffset.UtcNow));
        var bad = good[..^6] + "AAAAAA";
        using var client = await node.ConnectAsync("/yjs/doc?token=" + good);
        await client.SendAsync(Update(Typed(1, 0, "a")));
        await client.UntilAsync(0, 2);
        await node.RefusedAsync("/yjs/doc?token=" + bad);
        await node.RefusedAsync("/yjs/doc?token=" + bad, ("Authorization", "Bearer " + bad));
        await node.Http.GetByteArrayAsync(new Uri("/api/documents/doc?token=" + good, UriKind.Relative));
        (await node.Http.GetAsync(new Uri("/nowhere?token=" + good, UriKind.Relative))).Dispose();
        (await node.Http.PostAsync(new Uri("/yjs/doc?token=" + good, UriKind.Relative), null)).Dispose();
        foreach (var request in new[] { $"GET /yjs/doc?token={good} HTTP/9.9", $"GET yjs/doc?token={good} HTTP/1.1",
            $"GET /yjs/doc?token={good}\u0001 HTTP/1.1", $"GET /yjs/%zz%00?token={good} HTTP/1.1",
            $"/yjs/doc?token={good}", $"GET /yjs/doc?token={good}{new string('x', 9000)} HTTP/1.1" })
        {
            await SendRawAsync(node.Address, request + "\r\nHost: x\r\n\r\n");
        }

        await client.CloseAsync();
        Assert.Contains(log.Lines, line => line.Contains("A client of doc connected", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.Contains("Executing endpoint", StringComparison.Ordinal));
        foreach (var part in good.Split('.').Append("Bearer "))
        {
            Assert.DoesNotContain(log.Lines, line => line.Contains(part, StringComparison.Ordinal));
        }
    }

    private static async Task SendRawAsync(Uri address, string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port).WaitAsync(TestNode.Patience);
        await using var stream = socket.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
            socket.Client.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(Stream.Null).WaitAsync(TestNode.Patience);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The node has cut it.
        }
    }
}
