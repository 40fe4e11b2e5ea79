using System.Runtime.CompilerServices;

namespace Relay.Sockets.WebSockets;

/// <summary>
/// Looks at each of many items once in a period, at a share of them at a time: so what is due for all of them at once
/// does not keep a processor busy in one piece. One timer for all. Thread-safe.
/// </summary>
/// <param name="period">From one look at an item to the next.</param>
/// <param name="time">Runs the timer.</param>
/// <param name="look">The look.</param>
internal sealed class SlicedRounds<T>(TimeSpan period, TimeProvider time, Action<T> look) : IDisposable
    where T : class
{
    /// <summary>The most shares: each item is looked at up to a twentieth of the period late.</summary>
    private const int MostSlices = 20;

    /// <summary>The least time between two looks.</summary>
    private static readonly TimeSpan LeastStep = TimeSpan.FromMilliseconds(250);

    private readonly Lock gate = new();
    private readonly HashSet<T>[] slices = MakeSlices(period);
    private T[] looked = [];
    private ITimer? timer;
    private int next;
    private bool isLooking;

    /// <summary>Looks at this item from now on, for the first time within a period.</summary>
    public void Add(T item)
    {
        lock (gate)
        {
            SliceOf(item).Add(item);
            timer ??= time.CreateTimer(
                static self => ((SlicedRounds<T>)self!).LookAtSlice(), this, period / slices.Length,
                period / slices.Length);
        }
    }

    public void Remove(T item)
    {
        lock (gate)
        {
            SliceOf(item).Remove(item);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            timer?.Dispose();
        }
    }

    private static HashSet<T>[] MakeSlices(TimeSpan period)
    {
        var slices = new HashSet<T>[(int)Math.Clamp(period / LeastStep, 1, MostSlices)];
        for (var slice = 0; slice < slices.Length; slice++)
        {
            slices[slice] = [];
        }

        return slices;
    }

    private HashSet<T> SliceOf(T item) =>
        slices[(uint)RuntimeHelpers.GetHashCode(item) % (uint)slices.Length];

    private void LookAtSlice()
    {
        int count;
        lock (gate)
        {
            // One look at a time; a late one is followed by the next soon enough.
            if (isLooking)
            {
                return;
            }

            isLooking = true;
            var slice = slices[next];
            next = (next + 1) % slices.Length;
            count = slice.Count;
            if (looked.Length < count)
            {
                looked = new T[count + (count / 2)];
            }

            slice.CopyTo(looked);
        }

        try
        {
            foreach (var item in looked.AsSpan(0, count))
            {
                look(item);
            }
        }
        finally
        {
            Array.Clear(looked, 0, count);
            isLooking = false;
        }
    }
}
