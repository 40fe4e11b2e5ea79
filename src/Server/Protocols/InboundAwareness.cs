using Relay.Connections;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Protocols;

/// <summary>
/// One connection's presence on its way to a session: stamped with who the token says it is, and not more often than so
/// many times a second. What comes too soon is held, and the latest entry of each client goes on
/// when it is time: a cursor that moves too fast loses the places between, not the last one. Thread-safe.
/// </summary>
internal sealed class InboundAwareness : IDisposable
{
    private readonly AwarenessStamp? stamp;
    private readonly Action<DocumentMessage> deliver;
    private readonly Action<long, YjsError> unreadable;
    private readonly ReportRate reports;
    private readonly TimeProvider time;
    private readonly int perSecond;
    private readonly long maxHeldBytes;
    private readonly Lock gate = new();
    private Dictionary<ClientKey, AwarenessEntry>? held;
    private long heldBytes;
    private double tokens;
    private long since;
    private ITimer? timer;
    private bool isOver;

    /// <param name="limits">How often, and how much may be held.</param>
    /// <param name="stamp">Writes who it is; null to leave entries as they are.</param>
    /// <param name="time">The clock.</param>
    /// <param name="deliver">Takes what was held, on a thread of the clock; its bytes are those of memory that it takes
    /// until it is settled.</param>
    /// <param name="unreadable">
    /// Told at most once a minute of presence that does not read: how often there was some, and why the last did not.
    /// </param>
    public InboundAwareness(
        ConnectionLimits limits,
        AwarenessStamp? stamp,
        TimeProvider time,
        Action<DocumentMessage> deliver,
        Action<long, YjsError> unreadable)
    {
        this.unreadable = unreadable;
        reports = new ReportRate(time);
        this.stamp = stamp;
        this.time = time;
        this.deliver = deliver;
        perSecond = limits.AwarenessPerSecond;
        maxHeldBytes = limits.MaxHeldAwarenessBytes;
        tokens = perSecond;
        since = time.GetTimestamp();
    }

    /// <summary>Reads presence, or takes it as it is where it does not read, or has too many entries.</summary>
    public static DocumentMessage Read(ReadOnlyMemory<byte> update, int mostEntries) =>
        AwarenessUpdate.TryDecode(update, mostEntries, out var entries, out _)
            ? new DocumentMessage(DocumentMessageKind.Awareness, default, entries)
            : Unreadable(update);

    /// <summary>Presence that does not read.</summary>
    public static DocumentMessage Unreadable(ReadOnlyMemory<byte> bytes) =>
        new(DocumentMessageKind.Awareness, bytes, []);

    /// <summary>Stamps the presence among these messages, and takes out what is too soon, or does not read.</summary>
    /// <returns>How many did not read.</returns>
    public int Filter(List<DocumentMessage> messages)
    {
        var passed = 0;
        var dropped = 0;
        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            if (message.Kind == DocumentMessageKind.Awareness)
            {
                if (!message.Payload.IsEmpty)
                {
                    Report(message.Payload);
                    message.LetGo();
                    dropped++;
                    continue;
                }

                if (stamp is not null)
                {
                    message = Stamp(stamp, message);
                }

                if (TryHold(message.Awareness))
                {
                    message.LetGo();
                    continue;
                }
            }

            messages[passed++] = message;
        }

        messages.RemoveRange(passed, messages.Count - passed);
        return dropped;
    }

    public void Dispose()
    {
        lock (gate)
        {
            isOver = true;
            timer?.Dispose();
            held = null;
        }
    }

    private static DocumentMessage Stamp(AwarenessStamp stamp, in DocumentMessage message)
    {
        var entries = message.Awareness.Select(entry => stamp.Stamp(entry));
        if (message.Lender is null)
        {
            return message with { Awareness = [.. entries] };
        }

        // A copy of the states that are left alone, too, so that the whole is independent of a large frame.
        var copies = entries.Select(entry => entry with { State = entry.State.ToArray() });
        var copied = message with { Awareness = [.. copies] };
        message.LetGo();
        return copied;
    }

    private bool TryHold(IReadOnlyList<AwarenessEntry> entries)
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            tokens = Math.Min(perSecond, tokens + (time.GetElapsedTime(since, now).TotalSeconds * perSecond));
            since = now;

            // More than may be held goes on at once, as an entry with a newer clock always may, and counts; not when
            // so much has gone on already that a second's worth is owed.
            var isTooMuch = heldBytes + entries.Sum(Size) > maxHeldBytes;
            if (isTooMuch && tokens < 1 - perSecond)
            {
                return true;
            }

            if ((tokens >= 1 && held is null) || isTooMuch || isOver)
            {
                tokens = Math.Max(tokens - 1, -perSecond);
                return false;
            }

            foreach (var entry in entries)
            {
                held ??= [];
                heldBytes += Size(entry);
                if (held.Remove(entry.ClientId, out var before))
                {
                    heldBytes -= Size(before);
                }

                // Not the whole frame that it came in.
                held.Add(entry.ClientId, entry with { State = entry.State.ToArray() });
            }

            if (held is not null)
            {
                timer ??= time.CreateTimer(static self => ((InboundAwareness)self!).Release(), this,
                    Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                timer.Change(TimeSpan.FromSeconds(Math.Max(0, (1 - tokens) / perSecond)), Timeout.InfiniteTimeSpan);
            }

            return true;
        }
    }

    private void Report(ReadOnlyMemory<byte> bytes)
    {
        long count;
        lock (gate)
        {
            if (!reports.MayReport(out count))
            {
                return;
            }
        }

        var isRead = AwarenessUpdate.TryDecode(bytes, AwarenessLimits.MaxEntriesPerFrame, out _, out var error);
        unreadable(count, isRead ? new YjsError("Its length does not fit its frame.", 0) : error);
    }

    private void Release()
    {
        DocumentMessage message;
        lock (gate)
        {
            if (held is null || isOver)
            {
                return;
            }

            tokens--;
            message = new DocumentMessage(DocumentMessageKind.Awareness, default, [.. held.Values],
                Bytes: (int)heldBytes);
            held = null;
            heldBytes = 0;
        }

        deliver(message);
    }

    /// <summary>With what a dictionary takes for it.</summary>
    private static long Size(AwarenessEntry entry) => entry.State.Length + 64;
}
