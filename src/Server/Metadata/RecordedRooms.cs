using Relay.Yjs;

namespace Relay.Metadata;

/// <summary>
/// The sessions that are recorded, by their documents: mostly one of each, and a second one while the first is being
/// freed. Thread-safe.
/// </summary>
internal sealed class RecordedRooms
{
    private readonly Lock gate = new();

    // The latest session of each; it knows the one before.
    private readonly Dictionary<DocumentName, RoomActivity> latest = [];

    public void Add(RoomActivity activity)
    {
        lock (gate)
        {
            activity.Earlier = latest.GetValueOrDefault(activity.Room);
            latest[activity.Room] = activity;
        }
    }

    /// <summary>Forgets a session; false if it was not known.</summary>
    public bool Remove(RoomActivity activity)
    {
        lock (gate)
        {
            if (!latest.TryGetValue(activity.Room, out var known))
            {
                return false;
            }

            if (known == activity)
            {
                if (activity.Earlier is { } earlier)
                {
                    latest[activity.Room] = earlier;
                }
                else
                {
                    latest.RemoveAndShrink(activity.Room);
                }

                return true;
            }

            while (known.Earlier is { } earlier)
            {
                if (earlier == activity)
                {
                    known.Earlier = activity.Earlier;
                    return true;
                }

                known = earlier;
            }

            return false;
        }
    }

    /// <summary>The sessions of a document, the earliest first.</summary>
    public List<RoomActivity> Of(DocumentName room)
    {
        var sessions = new List<RoomActivity>(1);
        lock (gate)
        {
            for (var one = latest.GetValueOrDefault(room); one is not null; one = one.Earlier)
            {
                sessions.Add(one);
            }
        }

        sessions.Reverse();
        return sessions;
    }

    /// <summary>All sessions, in no order.</summary>
    public List<RoomActivity> All()
    {
        var all = new List<RoomActivity>();
        lock (gate)
        {
            foreach (var last in latest.Values)
            {
                for (var one = last; one is not null; one = one.Earlier)
                {
                    all.Add(one);
                }
            }
        }

        return all;
    }
}
