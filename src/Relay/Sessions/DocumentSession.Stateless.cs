namespace Relay.Sessions;

/// <summary>
/// Messages of applications among themselves: handed on to everybody else at the document, here and on other nodes, at most once and never stored. Who is too slow for them, and nodes that cannot be reached, go without.
/// </summary>
internal sealed partial class DocumentSession
{
    /// <summary>What a message takes that waits, besides its bytes.</summary>
    private const int StatelessOverhead = 64;

    /// <summary>Says on the channel which messages are this session's own.</summary>
    private ulong statelessSender;

    private readonly Queue<ReadOnlyMemory<byte>> statelessUnsent = new();
    private long statelessUnsentBytes;
    private bool sendingStateless;
    private bool statelessFails;

    public void OnChannelStateless(ulong sender, ReadOnlyMemory<byte> message)
    {
        if (State != SessionState.Closed && sender != statelessSender)
        {
            SpreadStateless(message, null);
        }
    }

    private void OnStateless(Attachment from, ReadOnlyMemory<byte> message)
    {
        SpreadStateless(message, from);
        if (statelessUnsentBytes + message.Length + StatelessOverhead <= settings.StatelessBytes)
        {
            // A copy: it shares its memory with whatever else came from the network with it.
            statelessUnsent.Enqueue(message.ToArray());
            statelessUnsentBytes += message.Length + StatelessOverhead;
            SendStateless();
        }
    }

    private void SpreadStateless(ReadOnlyMemory<byte> message, Attachment? except)
    {
        FrameFormat? format = null;
        var frame = ReadOnlyMemory<byte>.Empty;
        foreach (var attachment in attachments)
        {
            if (attachment == except || !attachment.IsServed)
            {
                continue;
            }

            if (attachment.Connection.Format != format)
            {
                format = attachment.Connection.Format;
                frame = format.Stateless(message.Span);
            }

            var state = attachment.Delivery;
            if (!frame.IsEmpty && state.StatelessBytes + frame.Length + StatelessOverhead <= settings.StatelessBytes)
            {
                state.Stateless.Enqueue(frame);
                state.StatelessBytes += frame.Length + StatelessOverhead;
                Pump(attachment);
            }
        }
    }

    /// <summary>One at a time, so that they arrive in their order.</summary>
    private void SendStateless()
    {
        if (sendingStateless || statelessUnsent.Count == 0 || State == SessionState.Closed)
        {
            return;
        }

        sendingStateless = true;
        if (statelessSender == 0)
        {
            statelessSender = services.Environment.NewEntryId().Value;
        }

        var message = statelessUnsent.Dequeue();
        statelessUnsentBytes -= message.Length + StatelessOverhead;
        effects.Start(settings.CallTimeout, cancellation => services.Channel.PublishStatelessAsync(Name, statelessSender, message, cancellation), () => OnStatelessSent(null), OnStatelessSent);
    }

    private void OnStatelessSent(Exception? failure)
    {
        sendingStateless = false;
        if (failure is not null)
        {
            // What waited behind it is as old: nobody expects it any more.
            statelessUnsent.Clear();
            statelessUnsentBytes = 0;
            if (!statelessFails)
            {
                LogPublishFailed(services.Logger, failure, Name);
            }
        }

        statelessFails = failure is not null;
        SendStateless();
    }
}
