using Relay.Metadata;

namespace Relay.Sessions;

/// <summary>What goes to connections, for the metadata of rooms; nothing is counted where none is kept.</summary>
internal sealed partial class DocumentSession
{
    private void CountSent(ConnectionActivity connection, ReadOnlyMemory<byte>[] frames)
    {
        var bytes = 0L;
        foreach (var frame in frames)
        {
            bytes += frame.Length;
        }

        connection.BytesOut += bytes;
        activity!.Sent(bytes);
    }

    private static void CountDelivered(Attachment attachment)
    {
        if (attachment.Activity is { } connection)
        {
            connection.UpdatesOut++;
        }
    }
}
