namespace Relay.Yjs;

/// <summary>Tables with an item for each document, which take memory for as long as there are many.</summary>
public static class DocumentTable
{
    private const int SmallCapacity = 1024;
    private const int SpareFactor = 8;

    /// <summary>
    /// Removes an item, and gives room back when few of many are left: a <see cref="Dictionary{TKey, TValue}"/> never
    /// does by itself, and keeps 40 bytes for each item that it once had at the same time. Several times as many items
    /// were removed as are moved, so the cost of a removal does not grow.
    /// </summary>
    /// <returns>Whether it was there.</returns>
    public static bool RemoveAndShrink<TKey, TValue>(this Dictionary<TKey, TValue> table, TKey key)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(table);
        if (!table.Remove(key))
        {
            return false;
        }

        if (table.Capacity > SmallCapacity && table.Count <= table.Capacity / SpareFactor)
        {
            table.TrimExcess(2 * table.Count);
        }

        return true;
    }
}
