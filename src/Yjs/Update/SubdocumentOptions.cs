namespace Relay.Yjs;

/// <summary>
/// The options of a subdocument (<c>yjs/src/structs/ContentDoc.js</c>): Yjs spreads them into the constructor of
/// <c>Doc</c>, so anything but an object makes it throw, and an option that overrides the guid or the garbage
/// collector's filter makes it throw later.
/// </summary>
internal static class SubdocumentOptions
{
    public static void Check(ref Lib0Reader reader)
    {
        var start = reader.Position;
        if (reader.ReadByte() != AnyValue.Object)
        {
            reader.FailAt("The options of a subdocument are not an object.", start);
            return;
        }

        var count = reader.ReadVarUint();
        for (ulong i = 0; i < count && !reader.Failed; i++)
        {
            start = reader.Position;
            var key = reader.ReadVarString();
            if (key.SequenceEqual("guid"u8) || key.SequenceEqual("gcFilter"u8))
            {
                reader.FailAt("A subdocument has an option that Yjs cannot read.", start);
            }

            AnyValue.Check(ref reader, UpdateDecoder.MaxDepth - 1);
        }
    }
}
