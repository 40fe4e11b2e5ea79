namespace Relay.Yjs;

/// <summary>Tables by document name, as long as there are many documents and no longer.</summary>
public static class DocumentTable
{
    private const int SmallCapacity = 1024;
    private const int SpareFactor = 8;

    /// <summary>
    /// Removes a document, and gives room back when few of many are left: a <see cref="Dictionary{TKey, TValue}"/>
    /// never does by itself, and keeps 40 bytes for each document that it once had at the same time.
    /// What is moved was removed before, several times over, so it costs a removal nothing that grows.
    /// </summary>
    /// <returns>Whether it was there.</returns>
    public static bool RemoveAndShrink<TValue>(this Dictionary<DocumentName, TValue> table, DocumentName document)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (!table.Remove(document))
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
