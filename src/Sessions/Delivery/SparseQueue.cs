using System.Diagnostics.CodeAnalysis;

namespace Relay.Sessions;

/// <summary>
/// A queue that is mostly empty, and then takes no memory: a node has several for each of its connections. A mutable
/// struct: a field, never copied.
/// </summary>
internal struct SparseQueue<T>
{
    private Queue<T>? items;

    public readonly int Count => items?.Count ?? 0;

    public void Enqueue(T item) => (items ??= new Queue<T>()).Enqueue(item);

    /// <summary>The first one; there is one.</summary>
    public readonly T Peek() => items!.Peek();

    public bool TryDequeue([MaybeNullWhen(false)] out T item)
    {
        if (items is null)
        {
            item = default;
            return false;
        }

        item = items.Dequeue();
        if (items.Count == 0)
        {
            items = null;
        }

        return true;
    }
}
