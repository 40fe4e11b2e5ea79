using Microsoft.Extensions.Logging;
using Relay.Backplane;
using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>
/// A node's end of one channel, with the real queue and reader of messages. What is refused must be what only the later
/// version reads.
/// </summary>
internal sealed class Inbox : ILogger
{
    private readonly RollingUpgrade upgrade;
    private readonly Process process;
    private readonly RedisInbox inbox;
    private readonly Action missed;
    private string? refusal;

    /// <param name="upgrade">Says of which version the node is.</param>
    /// <param name="process">The node.</param>
    /// <param name="document">The document.</param>
    /// <param name="listener">Hears the channel.</param>
    /// <param name="missed">Called for an entry that the listener is not told of: the next look at the log's end finds
    /// it.</param>
    public Inbox(RollingUpgrade upgrade, Process process, DocumentName document, IChannelListener listener,
        Action missed)
    {
        this.upgrade = upgrade;
        this.process = process;
        this.missed = missed;
        inbox = new RedisInbox(document, upgrade.NodeOf(process), static _ => Task.FromResult<LoggedEntry?>(null),
            this);
        inbox.Listeners.Add(listener);
    }

    public void Take(ChannelMessage message)
    {
        refusal = null;
        var bytes = message.ToBytes(upgrade.IsLater(process));
        if (RedisMessageHead.TryRead(bytes, out var head))
        {
            inbox.Take(bytes, head);
        }
        else
        {
            inbox.Refuse("is no message of this version");
            if (message.Kind == RedisMessageKind.Entry)
            {
                missed();
            }
        }

        upgrade.Check(process, $"message {message.Kind}", message.IsForLater, refusal);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        if (exception is not null)
        {
            upgrade.Fail($"{process.Name}: {formatter(state, exception)}: {exception.Message}");
        }
        else
        {
            refusal = formatter(state, null);
        }
    }
}
