using System.Net.WebSockets;
using System.Threading.Channels;

namespace Relay.Bench.Broadcast;

/// <summary>One connection: a queue, and a task that sends from it.</summary>
internal sealed class Member(WebSocket socket, Room room)
{
    private const int LongestMessage = 1 << 20;

    /// <summary>A sync step 2 with an empty update.</summary>
    private static readonly byte[] NoState = [0, 1, 2, 0, 0];

    private readonly Channel<byte[]> waiting = Channel.CreateUnbounded<byte[]>(
        new UnboundedChannelOptions { SingleReader = true });

    public void Post(byte[] message) => waiting.Writer.TryWrite(message);

    public async Task ServeAsync()
    {
        room.Add(this);
        var sending = SendAsync();
        try
        {
            await ReceiveAsync();
        }
        catch (WebSocketException)
        {
            // It went without a word.
        }
        finally
        {
            room.Remove(this);
            waiting.Writer.Complete();
            await sending;
        }
    }

    private async Task ReceiveAsync()
    {
        var buffer = new byte[4096];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length >= LongestMessage)
                {
                    return;
                }

                Array.Resize(ref buffer, 2 * length);
            }

            var result = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            length += result.Count;
            if (!result.EndOfMessage)
            {
                continue;
            }

            if (buffer.AsSpan(0, length) is [0, 0, ..])
            {
                Post(NoState);
            }
            else
            {
                room.Send(buffer.AsSpan(0, length).ToArray(), this);
            }

            length = 0;
        }
    }

    private async Task SendAsync()
    {
        try
        {
            await foreach (var message in waiting.Reader.ReadAllAsync())
            {
                await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true,
                    CancellationToken.None);
            }
        }
        catch (WebSocketException)
        {
            // The receiver ends, too.
        }
    }
}
