using Relay.Metadata;

namespace Relay.Sessions;

/// <summary>
/// What goes through: of the document always, of each connection only where metadata of rooms is kept.
/// </summary>
internal sealed partial class DocumentSession
{
    private readonly RoomFigures figures;

    /// <summary>What went through since the session began; on any thread, as of a moment ago.</summary>
    public RoomFigures Figures => figures;

    private void CountSent(ConnectionActivity? connection, ReadOnlyMemory<byte>[] frames)
    {
        var bytes = 0L;
        foreach (var frame in frames)
        {
            bytes += frame.Length;
        }

        figures.BytesOut += bytes;
        if (connection is not null)
        {
            connection.BytesOut += bytes;
        }
    }

    private static void CountDelivered(Attachment attachment)
    {
        if (attachment.Activity is { } connection)
        {
            connection.UpdatesOut++;
        }
    }
}
