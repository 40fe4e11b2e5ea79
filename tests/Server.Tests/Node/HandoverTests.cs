using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;

namespace Relay.Node;

/// <summary>Connections that leave the HTTP server after their handshake, and those that cannot.</summary>
public sealed class HandoverTests
{
    /// <summary>
    /// A whole SyncStep1 of a client without a document, masked with zeros, and the answer of an empty document.
    /// </summary>
    private static readonly byte[] Question = [0x82, 0x84, 0, 0, 0, 0, 0, 0, 1, 0];
    private static readonly byte[] Answer = [0x82, 5, 0, 1, 2, 0, 0];

    [Fact]
    public async Task What_a_client_sends_together_with_its_request_is_read()
    {
        await using var node = await TestNode.StartAsync();
        using var client = await RawSocket.ConnectAsync(node.Address, "/yjs/doc", Question);
        await client.UntilAsync(Answer);
    }

    [Fact]
    public async Task An_open_WebSocket_is_no_connection_of_the_server_any_more()
    {
        await using var node = await TestNode.StartAsync(
            builder => builder.WebHost.ConfigureKestrel(server => server.Limits.MaxConcurrentConnections = 1));
        var clients = new List<TestSocket>();
        var until = DateTime.UtcNow + TestNode.Patience;
        while (clients.Count < 5)
        {
            try
            {
                clients.Add(await node.ConnectAsync());
            }
            catch (WebSocketException)
            {
                // The server lets go of the one before a moment after its handshake.
                Assert.True(DateTime.UtcNow < until, "The server keeps connections that were handed over.");
            }
        }

        foreach (var client in clients)
        {
            client.Dispose();
        }
    }

    [Fact]
    public async Task Over_TLS_a_connection_stays_with_its_request()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=relay", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var node = await TestNode.StartAsync(
            builder => builder.WebHost.ConfigureKestrel(
                server => server.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate))));
        using var client = new ClientWebSocket();
        client.Options.RemoteCertificateValidationCallback = (_, shown, _,
            _) => shown?.GetCertHashString() == certificate.GetCertHashString();
        await client.ConnectAsync(new Uri($"wss://{node.Address.Authority}/yjs/doc"), CancellationToken.None)
            .WaitAsync(TestNode.Patience);
        await client.SendAsync(Question.AsMemory(6), WebSocketMessageType.Binary, true, CancellationToken.None);
        var buffer = new byte[100];
        var read = 0;
        do
        {
            read = (await client.ReceiveAsync(buffer.AsMemory(), CancellationToken.None).AsTask()
                .WaitAsync(TestNode.Patience)).Count;
        }
        while (!buffer.AsSpan(0, read).SequenceEqual(Answer.AsSpan(2)));
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None)
            .WaitAsync(TestNode.Patience);
    }

    [Fact]
    public async Task A_stop_waits_until_clients_have_answered_their_close_frames()
    {
        await using var node = await TestNode.StartAsync();
        using var client = await RawSocket.ConnectAsync(node.Address, "/yjs/doc", Question);
        await client.UntilAsync(Answer);
        var stopping = node.StopAsync();

        // 1001, going away: or whatever code the node chooses; what matters is that it comes although the client takes
        // its time.
        await client.UntilAsync([0x88]);
        Assert.False(stopping.IsCompleted);
        await client.SendFrameAsync(8, []);
        await stopping;
    }
}
