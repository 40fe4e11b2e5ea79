namespace Relay.Sessions;

/// <summary>The messages of one frame, among those that came together: they are taken wholly or not at all.</summary>
internal readonly record struct MessageFrame(IReadOnlyList<DocumentMessage> Messages, int First, int End)
{
    /// <summary>How much of the frame its messages took.</summary>
    public long Bytes
    {
        get
        {
            var bytes = 0L;
            for (var i = First; i < End; i++)
            {
                bytes += Messages[i].Bytes;
            }

            return bytes;
        }
    }

    public bool Has(DocumentMessageKind kind)
    {
        for (var i = First; i < End; i++)
        {
            if (Messages[i].Kind == kind)
            {
                return true;
            }
        }

        return false;
    }
}
