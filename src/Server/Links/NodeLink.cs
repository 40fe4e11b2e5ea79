using Relay.DocLocator;
using Relay.Logging;

namespace Relay.Links;

/// <summary>
/// One open link to another node, from its proof to its end. A link that is silent, stuck, or brings what does not read
/// is broken. Thread-safe.
/// </summary>
internal sealed partial class NodeLink : IDisposable
{
    private readonly NodeIdentity peer;
    private readonly ILinkConnection connection;
    private readonly NodeLinkOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Func<bool> isShared;
    private readonly CancellationTokenSource ending = new();
    private readonly long openedAt;
    private long lastHeard;
    private long lastShared;
    private bool isOver;

    /// <param name="peer">The other node.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="options">Times and bounds.</param>
    /// <param name="time">The clock.</param>
    /// <param name="elsewhere">Runs what must not run on the caller's thread.</param>
    /// <param name="isShared">Whether the nodes share a document.</param>
    /// <param name="logger">The log.</param>
    public NodeLink(
        NodeIdentity peer,
        ILinkConnection connection,
        NodeLinkOptions options,
        TimeProvider time,
        Action<Action> elsewhere,
        Func<bool> isShared,
        ILogger logger)
    {
        this.peer = peer;
        this.connection = connection;
        this.options = options;
        this.time = time;
        this.isShared = isShared;
        this.logger = logger;
        Sender = new LinkSender(connection, options, time, elsewhere);
        openedAt = lastHeard = lastShared = time.GetTimestamp();
    }

    public LinkSender Sender { get; }

    public bool IsOver => Volatile.Read(ref isOver);

    /// <summary>How long ago it was opened.</summary>
    public TimeSpan Age => time.GetElapsedTime(openedAt);

    /// <summary>Adds an item; one that has no room breaks the link.</summary>
    public bool TryAdd(in LinkItem item)
    {
        if (IsOver)
        {
            return false;
        }

        if (Sender.TryAdd(item))
        {
            return true;
        }

        LogBroken(logger, peer, "does not take what it is sent");
        Close();
        return false;
    }

    /// <summary>Ends the link. May be called again.</summary>
    public void Close()
    {
        if (!Interlocked.Exchange(ref isOver, true))
        {
            connection.Abort();
            ending.Cancel();
            Sender.Wake();
        }
    }

    /// <summary>Sends and receives until the link is over, however that comes.</summary>
    /// <param name="onItem">Takes what the other node tells.</param>
    public async Task RunAsync(Action<LinkItem> onItem)
    {
        await using var ticks = time.CreateTimer(
            static link => ((NodeLink)link!).OnTick(), this, options.Tick, options.Tick);
        var sending = UntilOverAsync(Sender.RunAsync(ending.Token));
        await UntilOverAsync(ReceiveAsync(onItem));
        await sending;
    }

    public void Dispose() => ending.Dispose();

    /// <summary>A link ends when one of its directions does; the reason is of no use to the other side.</summary>
    private async Task UntilOverAsync(Task direction)
    {
        try
        {
            await direction;
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            LogEnded(logger, exception, peer);
        }
        finally
        {
            Close();
        }
    }

    private async Task ReceiveAsync(Action<LinkItem> onItem)
    {
        ulong last = 0;
        while (await connection.ReceiveAsync(ending.Token) is { } bytes)
        {
            Volatile.Write(ref lastHeard, time.GetTimestamp());
            var refusal = LinkFrame.Read(bytes, out var frame);
            if (refusal is null && (frame.Items.Count > 0 ? frame.Number > last + 1 : frame.Number > last))
            {
                refusal = "leaves frames out";
            }

            if (refusal is not null)
            {
                LogBroken(logger, peer, "sent a frame that is refused: it " + refusal);
                return;
            }

            Sender.OnAcknowledged(frame.Received);
            if (frame.Items.Count > 0 && frame.Number > last)
            {
                last = frame.Number;
                foreach (var item in frame.Items)
                {
                    onItem(item);
                }

                Sender.OnReceived(last);
            }
        }
    }

    private void OnTick()
    {
        if (IsOver)
        {
            return;
        }

        if (isShared())
        {
            lastShared = time.GetTimestamp();
        }

        if (time.GetElapsedTime(Volatile.Read(ref lastHeard)) > options.Silence || Sender.IsStuck)
        {
            LogBroken(logger, peer, "is silent");
            Close();
        }
        else if (time.GetElapsedTime(lastShared) > options.IdleTime)
        {
            Close();
        }
        else
        {
            Sender.OnTick();
        }
    }

    [LoggerMessage(LogEvents.LinkBroken, LogLevel.Warning,
        "The link to node {Peer} is broken off: it {Problem}; presence goes over Redis until there is another one")]
    private static partial void LogBroken(ILogger logger, NodeIdentity peer, string problem);

    [LoggerMessage(LogEvents.LinkEnded, LogLevel.Debug, "The link to node {Peer} has ended")]
    private static partial void LogEnded(ILogger logger, Exception exception, NodeIdentity peer);
}
