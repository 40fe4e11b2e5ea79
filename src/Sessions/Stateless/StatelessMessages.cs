using Relay.Backplane;

namespace Relay.Sessions;

/// <summary>
/// Messages of applications among themselves: handed on to all other connections of the document, here and on other
/// nodes, at most once and never stored. Connections that read too slowly, and nodes that cannot be reached, do not get
/// them. Belongs to the session's mailbox.
/// </summary>
/// <param name="context">What every part has.</param>
/// <param name="channel">Where other nodes hear them.</param>
/// <param name="session">Hands a message to the connections of this node.</param>
internal sealed partial class StatelessMessages(
    SessionContext context, IDocumentChannel channel, IStatelessSession session)
{
    /// <summary>What a message that waits takes besides its bytes.</summary>
    public const int Overhead = 64;

    /// <summary>Says on the channel which messages are this session's own; 0 until it sends one.</summary>
    private ulong sender;

    private SparseQueue<ReadOnlyMemory<byte>> unsent;
    private long unsentBytes;
    private bool isSending;
    private bool isFailing;

    /// <summary>Another node's session, or this one, has sent a message on the channel.</summary>
    public void OnChannel(ulong from, ReadOnlyMemory<byte> message)
    {
        if (from != sender)
        {
            session.Spread(message, null);
        }
    }

    /// <summary>A client of this node sends a message.</summary>
    public void Receive(Attachment from, ReadOnlyMemory<byte> message)
    {
        session.Spread(message, from);
        if (unsentBytes + message.Length + Overhead <= context.Settings.StatelessBytes)
        {
            // A copy: it shares its memory with whatever else came from the network with it.
            unsent.Enqueue(message.ToArray());
            unsentBytes += message.Length + Overhead;
            Send();
        }
    }

    /// <summary>Sends one at a time, so that they arrive in their order.</summary>
    private void Send()
    {
        if (isSending || !unsent.TryDequeue(out var message))
        {
            return;
        }

        isSending = true;
        if (sender == 0)
        {
            sender = context.Effects.Environment.NewEntryId().Value;
        }

        unsentBytes -= message.Length + Overhead;
        context.Effects.Start(
            context.Settings.CallTimeout,
            cancellation => channel.PublishStatelessAsync(context.Name, sender, message, cancellation),
            () => OnSent(null),
            OnSent);
    }

    private void OnSent(Exception? failure)
    {
        isSending = false;
        if (failure is not null)
        {
            // Messages that waited behind it are as old: their receivers expect them no more.
            unsent = default;
            unsentBytes = 0;
            if (!isFailing)
            {
                LogPublishFailed(context.Logger, failure, context.Name);
            }
        }

        isFailing = failure is not null;
        Send();
    }
}
