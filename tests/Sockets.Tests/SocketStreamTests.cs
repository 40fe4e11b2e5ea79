using System.Net;
using System.Net.Sockets;
using static Relay.Sockets.StreamBytes;

namespace Relay.Sockets;

/// <summary>
/// Both kinds of streams over real connections: every byte arrives once and in order, whatever has to wait, and whoever
/// waits is told of the end.
/// </summary>
public sealed class SocketStreamTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static TheoryData<bool> Kinds => OperatingSystem.IsLinux() ? [true, false] : [false];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_byte_arrives_once_and_in_order_both_ways(bool loop)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("RELAY_TEST_SEED"), out var given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"RELAY_TEST_SEED={seed}");
        var random = new Random(seed);
        var (stream, client) = await ConnectAsync(loop);
        using (client)
        await using (stream)
        {
            var down = Bytes(random, 8 << 20);
            var up = Bytes(random, 8 << 20);
            var downSizes = Sizes(random, down.Length);
            var upSizes = Sizes(random, up.Length);
            var readSizes = Enumerable.Range(0, 64).Select(_ => random.Next(1, 100_000)).ToArray();
            await Task.WhenAll(
                WriteAllAsync(stream, down, downSizes),
                AssertReadsAsync(client.GetStream(), down, readSizes),
                WriteAllAsync(client.GetStream(), up, upSizes),
                AssertReadsAsync(stream, up, readSizes)).WaitAsync(Patience);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_empty_read_waits_for_bytes_and_takes_none(bool loop)
    {
        var (stream, client) = await ConnectAsync(loop);
        using (client)
        await using (stream)
        {
            var waiting = stream.ReadAsync(Memory<byte>.Empty).AsTask();
            Assert.False(waiting.IsCompleted);
            await client.GetStream().WriteAsync("ab"u8.ToArray());
            Assert.Equal(0, await waiting.WaitAsync(Patience));
            var buffer = new byte[1];
            Assert.Equal(1, await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience));

            // The buffer was full, so there may be more, and waiting for it ends at once.
            Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty).AsTask().WaitAsync(Patience));
            Assert.Equal(1, await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience));
            Assert.Equal((byte)'b', buffer[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_read_that_waits_can_be_given_up_and_begun_again(bool loop)
    {
        var (stream, client) = await ConnectAsync(loop);
        using (client)
        await using (stream)
        {
            for (var round = 0; round < 100; round++)
            {
                using var cancelling = new CancellationTokenSource();
                var waiting = stream.ReadAsync(round % 2 == 0 ? Memory<byte>.Empty : new byte[10], cancelling.Token)
                    .AsTask();
                await cancelling.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Patience));
            }

            await client.GetStream().WriteAsync("x"u8.ToArray());
            Assert.Equal(1, await stream.ReadAsync(new byte[10]).AsTask().WaitAsync(Patience));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Bytes_that_were_put_back_are_read_first(bool loop)
    {
        var (stream, client) = await ConnectAsync(loop);
        using (client)
        await using (stream)
        {
            stream.BeginService("early"u8.ToArray());
            await client.GetStream().WriteAsync(" late"u8.ToArray());
            await AssertReadsAsync(stream, "early late"u8.ToArray(), [3]).WaitAsync(Patience);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_peers_end_is_the_end_of_the_stream(bool loop)
    {
        var (stream, client) = await ConnectAsync(loop);
        using (client)
        await using (stream)
        {
            var waiting = stream.ReadAsync(new byte[10]).AsTask();
            client.Client.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await waiting.WaitAsync(Patience));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task An_end_that_comes_together_with_the_last_bytes_is_not_missed(bool loop)
    {
        for (var round = 0; round < 50; round++)
        {
            var (stream, client) = await ConnectAsync(loop);
            using (client)
            await using (stream)
            {
                var waiting = round % 2 == 0 ? stream.ReadAsync(Memory<byte>.Empty).AsTask() : Task.FromResult(0);
                await client.GetStream().WriteAsync("last"u8.ToArray());
                client.Client.Shutdown(SocketShutdown.Send);
                await waiting.WaitAsync(Patience);
                var all = new MemoryStream();
                while (true)
                {
                    _ = await stream.ReadAsync(Memory<byte>.Empty).AsTask().WaitAsync(Patience);
                    var buffer = new byte[100];
                    var read = await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience);
                    if (read == 0)
                    {
                        break;
                    }

                    all.Write(buffer, 0, read);
                }

                Assert.Equal("last"u8.ToArray(), all.ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Closing_wakes_who_reads_and_who_writes(bool loop)
    {
        var (stream, client) = await ConnectAsync(loop);
        using (client)
        {
            var reading = stream.ReadAsync(new byte[10]).AsTask();
            var writing = WriteAllAsync(stream, new byte[32 << 20], [1 << 20]);
            stream.Abort();
            await Assert.ThrowsAnyAsync<IOException>(() => reading.WaitAsync(Patience));
            await Assert.ThrowsAnyAsync<IOException>(() => writing.WaitAsync(Patience));
            await Assert.ThrowsAnyAsync<IOException>(() => stream.WriteAsync(new byte[1]).AsTask().WaitAsync(Patience));
            await Assert.ThrowsAnyAsync<IOException>(() => stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
            await Assert.ThrowsAnyAsync<IOException>(
                () => client.GetStream().CopyToAsync(Stream.Null).WaitAsync(Patience));
            await stream.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task One_that_never_stops_sending_holds_no_other_up(bool loop)
    {
        // Enough of them for every loop.
        var others = await Task.WhenAll(
            Enumerable.Range(0, 4 * Environment.ProcessorCount).Select(_ => ConnectAsync(loop)));
        var (stream, client) = await ConnectAsync(loop);
        var floods = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var enough = new CancellationTokenSource();

        // Without the context of the tests, so that it goes on where it is resumed.
        var flooding = Task.Run(() => FloodAsync(stream, client.Client, floods, enough.Token));
        try
        {
            var waiting = others.Select(other =>
            {
                other.Stream.BeginService(default);
                return other.Stream.ReadAsync(new byte[1]).AsTask();
            }).ToArray();
            await floods.Task.WaitAsync(Patience);
            foreach (var other in others)
            {
                await other.Client.GetStream().WriteAsync(new byte[1]);
            }

            await Task.WhenAll(waiting).WaitAsync(Patience);
        }
        finally
        {
            await enough.CancelAsync();
            await flooding.WaitAsync(Patience);
            foreach (var (other, its) in others.Append((stream, client)))
            {
                await other.DisposeAsync();
                its.Dispose();
            }
        }
    }

    /// <summary>Whenever something is read, as much has been sent before.</summary>
    private static async Task FloodAsync(SocketStream stream, Socket client, TaskCompletionSource begun,
        CancellationToken enough)
    {
        var bytes = new byte[4096];
        var buffer = new byte[bytes.Length];
        stream.BeginService(default);
        var first = stream.ReadAsync(Memory<byte>.Empty);
        client.Send(bytes);
        await first;
        begun.SetResult();
        while (!enough.IsCancellationRequested)
        {
            client.Send(bytes);
            Assert.NotEqual(0, await stream.ReadAsync(buffer));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task What_a_loop_resumes_knows_that_the_thread_is_a_loops(bool loop)
    {
        var (stream, client) = await ConnectAsync(loop);
        using (client)
        await using (stream)
        {
            stream.BeginService(default);
            var told = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            stream.ReadAsync(Memory<byte>.Empty).AsTask().GetAwaiter().UnsafeOnCompleted(
                () => told.SetResult(LoopThread.IsCurrent));
            await client.GetStream().WriteAsync("a"u8.ToArray());
            Assert.Equal(loop, await told.Task.WaitAsync(Patience));
            Assert.False(LoopThread.IsCurrent);
        }
    }

    private static async Task<(SocketStream Stream, TcpClient Client)> ConnectAsync(bool loop)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new TcpClient();
        var accepting = listener.AcceptSocketAsync();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint).WaitAsync(Patience);
        var socket = await accepting.WaitAsync(Patience);
        return (loop && OperatingSystem.IsLinux() ? new LoopSocketStream(socket) : new EngineSocketStream(socket),
            client);
    }
}
