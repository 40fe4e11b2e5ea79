using Microsoft.Extensions.Logging;
using Relay.Yjs;

namespace Relay.Backplane;

/// <summary>
/// The one queue between a document's channel and its listeners. The thread that brings a message tells the listeners,
/// which only enqueue for themselves. A message waits here only while another one is being delivered, because an entry
/// that was published by position is read from the log on the way; what came behind it keeps its place.
/// </summary>
/// <remarks>
/// Each document has a queue of its own, so one whose log answers slowly delays no other. The queue is bounded: what is
/// beyond the bound is dropped, and the listeners are told that they may have missed something. The client library
/// keeps the messages of a subscription in order and calls back one at a time, and so does a direct connection; as
/// <see cref="Take"/> returns at once, they do not wait there.
/// </remarks>
internal sealed partial class RedisInbox
{
    // What listeners that only enqueue never reach, but a log that does not answer while others write may.
    private const long MaxWaitingBytes = 16 << 20;

    private readonly DocumentName document;
    private readonly ulong node;
    private readonly Func<LoggedEntry, Task<LoggedEntry?>> readEntry;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly Queue<Message> waiting = new();
    private long waitingBytes;
    private bool delivering;

    /// <param name="document">The document.</param>
    /// <param name="node">This node's id, as in its own messages.</param>
    /// <param name="readEntry">
    /// Reads the entry with its payload from the log; null if the log does not have it there.
    /// </param>
    /// <param name="logger">The log of this program.</param>
    public RedisInbox(DocumentName document, ulong node, Func<LoggedEntry, Task<LoggedEntry?>> readEntry,
        ILogger logger)
    {
        this.document = document;
        this.node = node;
        this.readEntry = readEntry;
        this.logger = logger;
        Listeners = new ChannelListeners(document, LogListenerFailed);
    }

    public ChannelListeners Listeners { get; }

    /// <summary>Takes a message with its head.</summary>
    public void Take(byte[] message, in RedisMessageHead head) => Enqueue(new Message(message, head));

    /// <summary>Reports a message that is no message of this version.</summary>
    public void Refuse(string problem) => LogMessageRefused(document, problem);

    /// <summary>Tells the listeners that something may be missing.</summary>
    public void Interrupt() => Enqueue(default);

    private void Enqueue(Message message)
    {
        lock (gate)
        {
            waitingBytes += message.Length;
            if (waitingBytes > MaxWaitingBytes)
            {
                // The log has it all.
                LogBehind(document);
                waiting.Clear();
                waitingBytes = 0;
                message = default;
            }

            waiting.Enqueue(message);
            if (delivering)
            {
                return;
            }

            delivering = true;
        }

        _ = DeliverAsync();
    }

    private async Task DeliverAsync()
    {
        while (true)
        {
            Message message;
            lock (gate)
            {
                if (!waiting.TryDequeue(out message))
                {
                    delivering = false;
                    return;
                }

                waitingBytes -= message.Length;
            }

            if (message.Bytes is { } bytes)
            {
                await DeliverAsync(bytes, message.Head);
            }
            else
            {
                Listeners.Tell(Listeners.Present, ChannelEvent.Interrupted);
            }
        }
    }

    private ValueTask DeliverAsync(byte[] bytes, in RedisMessageHead head)
    {
        if (RedisEnvelope.Read(bytes, head, out var message) is { } problem)
        {
            Refuse(problem);
            if (head.IsEntry)
            {
                // A read of the log brings the entry, or says what is wrong with it.
                Listeners.Tell(Listeners.Present, ChannelEvent.Interrupted);
            }

            return ValueTask.CompletedTask;
        }

        if (head.IsEntry)
        {
            // Until here the payload was neither read nor copied, and of an own entry it need not be.
            var told = head.Node == node ? Listeners.OfferOwn(Listeners.Present, message.Entry) : Listeners.Present;
            if (told.Length > 0 && head.Kind == RedisMessageKind.EntryByPosition)
            {
                return new ValueTask(DeliverFromLogAsync(told, message.Entry));
            }

            Listeners.Tell(told, ChannelEvent.OfEntry(message.Entry));
            return ValueTask.CompletedTask;
        }

        Listeners.Tell(Listeners.Present, message.Kind switch
        {
            RedisMessageKind.Stateless => ChannelEvent.OfStateless(message.Sender, message.Content),
            RedisMessageKind.Saved => ChannelEvent.OfSaved(message.Entry.Position),
            _ => ChannelEvent.OfAwareness(
                message.Node, RedisEnvelope.AwarenessKindOf(message.Kind) ?? default, message.Content, message.Holder),
        });
        return ValueTask.CompletedTask;
    }

    private async Task DeliverFromLogAsync(IChannelListener[] told, LoggedEntry head)
    {
        LoggedEntry? entry = null;
        try
        {
            entry = await readEntry(head);
        }
        catch (Exception e)
        {
            // Also after a bug: what waits behind it must not wait for ever.
            LogLargeEntryNotRead(e, document);
        }

        Listeners.Tell(told, entry is { } whole ? ChannelEvent.OfEntry(whole) : ChannelEvent.Interrupted);
    }

    [LoggerMessage(BackplaneEventId.RedisListenerFailed, LogLevel.Error,
        "A listener of document {Document} failed; the others were served")]
    private partial void LogListenerFailed(Exception exception, DocumentName document);

    [LoggerMessage(BackplaneEventId.RedisMessageUnknown, LogLevel.Warning,
        "A message on the channel of document {Document} was ignored: it {Problem}")]
    private partial void LogMessageRefused(DocumentName document, string problem);

    [LoggerMessage(BackplaneEventId.RedisChannelBehind, LogLevel.Warning,
        "Document {Document} is too far behind its channel; what waited is read from the log")]
    private partial void LogBehind(DocumentName document);

    [LoggerMessage(BackplaneEventId.RedisLargeEntryNotRead, LogLevel.Warning,
        "An entry of document {Document} that was published by position could not be read")]
    private partial void LogLargeEntryNotRead(Exception exception, DocumentName document);

    /// <summary>What waits: a message, or the default for an interruption.</summary>
    private readonly record struct Message(byte[]? Bytes, RedisMessageHead Head)
    {
        public long Length => Bytes?.Length ?? 0;
    }
}
