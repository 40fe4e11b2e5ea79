using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Relay.Sessions;
using Relay.Yjs;

namespace Relay.Api;

/// <summary>
/// The states that were read last, for the next ones who ask for the same documents. Keeps none in memory: a state is
/// there as long as it is sent to a client (<see cref="HeldStates"/> charges it), and until the collection of garbage
/// after that. Thread-safe.
/// </summary>
/// <param name="most">How many documents it remembers.</param>
internal sealed class KeptStates(int most)
{
    private readonly Lock gate = new();
    private readonly Dictionary<DocumentName, Kept> states = [];

    /// <summary>Finds a state, which may be older than what is stored.</summary>
    /// <param name="name">The document.</param>
    /// <param name="mark">What was stored when it was read.</param>
    /// <param name="state">The encoded state.</param>
    public bool TryFind(
        DocumentName name, [NotNullWhen(true)] out StoredMark? mark, out ReadOnlyMemory<byte> state)
    {
        Kept? kept;
        lock (gate)
        {
            kept = states.GetValueOrDefault(name);
        }

        mark = kept?.Mark;
        state = kept is not null && kept.Array.TryGetTarget(out var array)
            ? array.AsMemory(kept.Start, kept.Length) : default;
        return mark is not null && !state.IsEmpty;
    }

    /// <summary>Remembers a state in the place of another one of its document.</summary>
    /// <param name="name">The document.</param>
    /// <param name="mark">What was stored when it was read.</param>
    /// <param name="state">The encoded state, in an array.</param>
    public void Keep(DocumentName name, StoredMark mark, ReadOnlyMemory<byte> state)
    {
        if (!MemoryMarshal.TryGetArray(state, out var segment))
        {
            return;
        }

        var kept = new Kept(new WeakReference<byte[]>(segment.Array!), segment.Offset, segment.Count, mark);
        lock (gate)
        {
            states.Remove(name);
            if (states.Count >= most)
            {
                Forget();
            }

            states.Add(name, kept);
        }
    }

    /// <summary>Forgets what is gone, or everything: then some documents are read once more.</summary>
    private void Forget()
    {
        foreach (var (name, kept) in states)
        {
            if (!kept.Array.TryGetTarget(out _))
            {
                states.Remove(name);
            }
        }

        if (states.Count >= most)
        {
            states.Clear();
        }
    }

    private sealed record Kept(WeakReference<byte[]> Array, int Start, int Length, StoredMark Mark);
}
