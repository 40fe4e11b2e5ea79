using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>
/// Orders over Redis: a list of the last ones, and a channel that only says that there is a new one, so that no order
/// depends on a message that may be lost. Every node reads on from where it was when it is woken, when
/// its subscription is back, and every few seconds. Who carried out an order says so on the same channel.
/// </summary>
internal sealed partial class RedisOrders(RedisConnection connection, RedisKeys keys, ulong node,
    TimeSpan answerPatience, TimeProvider time, ILogger logger) : INodeOrders
{
    /// <summary>Between the tries of one wake.</summary>
    private static readonly TimeSpan WakeRetry = TimeSpan.FromMilliseconds(250);

    private const int WakeTries = 10;
    private const int MaxRemembered = 10_000;
    private const int PageLength = 100;

    // In the list: the giver (8 bytes), the order's random id (8), and what the caller gave.
    private const int OrderHeadLength = 16;

    // On the channel: the head of all messages and, in an answer, the order's id (8) and what there was to do (4).
    private const int AnswerLength = 12;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim turn = new(1);
    private readonly Dictionary<ulong, PendingOrder> pending = [];
    private readonly RedisChannel channel = RedisChannels.Name(keys.OrdersChannelName);
    private INodeOrderListener? listener;
    private bool isSubscribed;
    private long? position;

    public IDisposable Listen(INodeOrderListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        this.listener = listener;
        Wake();
        return new Listening(this);
    }

    public async ValueTask<OrderReceipt> GiveAsync(ReadOnlyMemory<byte> order, CancellationToken cancellation)
    {
        var id = BinaryPrimitives.ReadUInt64BigEndian(RandomNumberGenerator.GetBytes(8));
        var bytes = new byte[OrderHeadLength + order.Length];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, node);
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(8), id);
        order.CopyTo(bytes.AsMemory(OrderHeadLength));
        var answers = new PendingOrder();
        lock (gate)
        {
            pending.Add(id, answers);
        }

        try
        {
            var heard = (int)await connection.EvaluateAsync(
                RedisScript.Order,
                [keys.Orders],
                [bytes, keys.OrdersChannelName, RedisMessageHead.Encode(RedisMessageKind.Order, node),
                    RedisChannels.PublishCommand, (long)INodeOrders.Lifetime.TotalMilliseconds, MaxRemembered],
                cancellation);
            var others = Math.Max(0, heard - (isSubscribed ? 1 : 0));
            await answers.WhenAsync(others).WaitAsync(answerPatience, time, cancellation)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            var (nodes, done) = answers.Read();
            return new OrderReceipt(nodes, Math.Max(0, others - nodes), done);
        }
        finally
        {
            lock (gate)
            {
                pending.Remove(id);
            }
        }
    }

    /// <summary>Reads on in the background.</summary>
    public void Wake() => _ = WakeAsync();

    /// <summary>A duty: carries out the orders that there are since the last time.</summary>
    /// <exception cref="BackplaneUnavailableException">Redis does not answer.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (listener is null)
        {
            return;
        }

        await turn.WaitAsync(cancellation);
        try
        {
            if (isSubscribed && !connection.IsSubscribed(channel))
            {
                // Redis refused it when the connection was made anew, perhaps; the client does not ask again.
                await connection.CallAsync(
                    redis => RedisChannels.UnsubscribeAsync(redis.GetSubscriber(), channel), cancellation);
                isSubscribed = false;
            }

            if (!isSubscribed)
            {
                await connection.CallAsync(
                    redis => RedisChannels.SubscribeAsync(redis.GetSubscriber(), channel, OnMessage), cancellation);
                isSubscribed = true;
            }

            while (await ReadPageAsync(cancellation))
            {
            }
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task WakeAsync()
    {
        for (var tries = 1; tries <= WakeTries; tries++)
        {
            try
            {
                await RunAsync(CancellationToken.None);
                return;
            }
            catch (BackplaneUnavailableException)
            {
                // The client says that a connection is back a moment before it uses it. After the last try the next
                // round reads them.
            }

            await Task.Delay(WakeRetry, time);
        }
    }

    /// <summary>Whether there may be more.</summary>
    private async Task<bool> ReadPageAsync(CancellationToken cancellation)
    {
        var answer = (RedisResult[])(await connection.EvaluateAsync(
            RedisScript.Orders, [keys.Orders], [position?.ToString(CultureInfo.InvariantCulture) ?? "", PageLength],
                cancellation))!;
        var end = (long)answer[0];
        if (position is not { } before)
        {
            position = end;
            return false;
        }

        if (before > end)
        {
            // Another server, whose clock is behind: what it remembers may be new, and to end a connection twice does
            // no harm.
            position = 0;
            return true;
        }

        foreach (var one in answer.Skip(1))
        {
            var bytes = (byte[])one!;
            var colon = Array.IndexOf(bytes, (byte)':');
            var number = long.Parse(bytes.AsSpan(0, colon), CultureInfo.InvariantCulture);
            var order = bytes.AsMemory(colon + 1);
            if (order.Length < OrderHeadLength || BinaryPrimitives.ReadUInt64BigEndian(order.Span) == node)
            {
                position = number;
                continue;
            }

            // Carried out is carried out, whether or not its giver hears of it: not again after a lost answer.
            var done = CarryOut(order[OrderHeadLength..], DateTimeOffset.UnixEpoch.AddMicroseconds(number));
            position = number;
            await AnswerAsync(order[8..OrderHeadLength], done, cancellation);
        }

        return answer.Length > PageLength;
    }

    /// <summary>What there was to do.</summary>
    private int CarryOut(ReadOnlyMemory<byte> order, DateTimeOffset givenAt)
    {
        try
        {
            return listener?.OnOrder(order, givenAt) ?? 0;
        }
        catch (Exception e)
        {
            LogOrderFailed(logger, e);
            return 0;
        }
    }

    private Task AnswerAsync(ReadOnlyMemory<byte> id, int done, CancellationToken cancellation)
    {
        var message = new byte[RedisMessageHead.PlainLength + AnswerLength];
        RedisMessageHead.Encode(RedisMessageKind.OrderAnswer, node).CopyTo(message, 0);
        var body = message.AsSpan(RedisMessageHead.PlainLength);
        id.Span.CopyTo(body);
        BinaryPrimitives.WriteInt32BigEndian(body[8..], done);
        return connection.CallAsync(redis => redis.GetDatabase().PublishAsync(channel, message), cancellation);
    }

    private void OnMessage(byte[] message)
    {
        if (!RedisMessageHead.TryRead(message, out var head) || head.Refusal(message) is not null)
        {
            return;
        }

        var body = message.AsSpan(head.Length);
        if (head.Kind == RedisMessageKind.Order)
        {
            Wake();
        }
        else if (head.Kind == RedisMessageKind.OrderAnswer && body.Length == AnswerLength)
        {
            PendingOrder? answers;
            lock (gate)
            {
                pending.TryGetValue(BinaryPrimitives.ReadUInt64BigEndian(body), out answers);
            }

            answers?.Add(BinaryPrimitives.ReadInt32BigEndian(body[8..]));
        }
    }

    [LoggerMessage(BackplaneEventId.RedisOrderFailed, LogLevel.Error, "An order of another node failed here")]
    private static partial void LogOrderFailed(ILogger logger, Exception exception);

    private sealed class Listening(RedisOrders orders) : IDisposable
    {
        public void Dispose() => orders.listener = null;
    }

    /// <summary>The answers to one order of this node.</summary>
    private sealed class PendingOrder
    {
        private readonly Lock gate = new();
        private readonly TaskCompletionSource enough = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int? wanted;
        private int nodes;
        private long done;

        public void Add(int did)
        {
            lock (gate)
            {
                nodes++;
                done += did;
                Check();
            }
        }

        public Task WhenAsync(int count)
        {
            lock (gate)
            {
                wanted = count;
                Check();
                return enough.Task;
            }
        }

        public (int Nodes, long Done) Read()
        {
            lock (gate)
            {
                return (nodes, done);
            }
        }

        private void Check()
        {
            if (nodes >= wanted)
            {
                enough.TrySetResult();
            }
        }
    }
}
