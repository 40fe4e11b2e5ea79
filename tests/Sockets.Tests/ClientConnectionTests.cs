using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Relay.Sockets;

/// <summary>What the HTTP server sees of a client that goes.</summary>
public sealed class ClientConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_client_that_is_gone_is_the_end_of_the_connection_and_no_failure_of_a_write()
    {
        var (connection, client) = await ConnectAsync();
        client.LingerState = new LingerOption(true, 0);
        client.Dispose();
        var end = DateTime.UtcNow + Patience;
        while (!connection.ConnectionClosed.IsCancellationRequested)
        {
            Assert.True(DateTime.UtcNow < end, "The end is not noticed.");
            await connection.Transport.Output.WriteAsync(new byte[100]).AsTask().WaitAsync(Patience);
        }

        await connection.Transport.Output.WriteAsync(new byte[100]).AsTask().WaitAsync(Patience);
        await connection.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task A_connection_that_is_cut_and_let_go_at_once_ends_no_process()
    {
        for (var i = 0; i < 200; i++)
        {
            var (connection, client) = await ConnectAsync();
            using (client)
            {
                var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                using var registration = connection.ConnectionClosed.Register(closed.SetResult);
                connection.Abort(new ConnectionAbortedException());
                await connection.DisposeAsync();
                await closed.Task.WaitAsync(Patience);
            }
        }
    }

    [Fact]
    public async Task A_connection_for_which_there_is_no_place_is_cut_when_it_asks_for_nothing()
    {
        var time = new FakeTimeProvider();
        var (connection, client) = await ConnectAsync(time);
        using (client)
        {
            Assert.NotNull(connection.Features.Get<IBriefConnection>());
            var read = client.GetStream().ReadAsync(new byte[1]).AsTask();
            time.Advance(TimeSpan.FromSeconds(4.9));
            Assert.False(read.IsCompleted);
            time.Advance(TimeSpan.FromSeconds(0.1));
            await Assert.ThrowsAnyAsync<IOException>(() => read.WaitAsync(Patience));
            await connection.DisposeAsync();
        }
    }

    private static async Task<(ClientConnection Connection, TcpClient Client)> ConnectAsync(TimeProvider? brief = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint).WaitAsync(Patience);
        return (new ClientConnection(await listener.AcceptSocketAsync().WaitAsync(Patience), brief), client);
    }
}
