namespace Relay.Sessions;

/// <summary>
/// The documents that have the same number of connections, and the buckets beside this one. Belongs to the lock of
/// <see cref="OpenDocuments"/>.
/// </summary>
internal sealed class ConnectionBucket(int connections)
{
    public int Connections => connections;

    /// <summary>The next one with more connections.</summary>
    public ConnectionBucket? Higher { get; set; }

    /// <summary>The next one with fewer connections.</summary>
    public ConnectionBucket? Lower { get; set; }

    /// <summary>The document that came last; null when the bucket is empty.</summary>
    public RoomFigures? First { get; private set; }

    public void Add(RoomFigures document)
    {
        (document.Before, document.After) = (null, First);
        if (First is { } second)
        {
            second.Before = document;
        }

        First = document;
    }

    public void Remove(RoomFigures document)
    {
        if (document.Before is { } before)
        {
            before.After = document.After;
        }
        else
        {
            First = document.After;
        }

        if (document.After is { } after)
        {
            after.Before = document.Before;
        }

        (document.Before, document.After) = (null, null);
    }
}
