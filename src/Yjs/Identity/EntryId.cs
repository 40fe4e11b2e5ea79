using System.Globalization;

namespace Relay.Yjs;

/// <summary>The random 8-byte id of one log entry. Zero stands for "no entry": the one before the first.</summary>
public readonly record struct EntryId(ulong Value)
{
    public static EntryId None => default;

    public bool IsNone => Value == 0;

    /// <summary>Sixteen lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
