using System.Text;

namespace Relay.Yjs;

/// <summary>Reads and checks the content of one item (<c>yjs/src/structs/Content*.js</c>).</summary>
internal static class UpdateContentReader
{
    private const int TypeRefs = 7;
    private const ulong XmlElementRef = 3;
    private const ulong XmlHookRef = 5;

    /// <summary>
    /// Reads the content, notes its place, and returns its length in clocks, at least 1 unless the reader has failed.
    /// </summary>
    /// <param name="reader">Stands before the content.</param>
    /// <param name="item">Its kind is known; its content's place is set.</param>
    /// <param name="start">Where the struct begins, for errors.</param>
    public static long Read(ref Lib0Reader reader, ref ParsedStruct item, int start)
    {
        item.ContentOffset = reader.Position;
        long length = 1;
        switch (item.Kind)
        {
            case BlockKind.Deleted:
                length = (long)reader.ReadVarUint();
                item.ContentOffset = reader.Position;
                break;
            case BlockKind.Json:
                length = ReadElements(ref reader, ref item, json: true);
                break;
            case BlockKind.Any:
                length = ReadElements(ref reader, ref item, json: false);
                break;
            case BlockKind.String:
                var text = reader.ReadVarString();
                item.ContentOffset = reader.Position - text.Length;
                length = text.Length == 1 ? 1 : Encoding.UTF8.GetCharCount(text);
                break;
            case BlockKind.Binary:
                reader.ReadVarBytes();
                break;
            case BlockKind.Embed:
                ReadJson(ref reader, undefinedToo: false);
                break;
            case BlockKind.Format:
                reader.ReadVarString();
                ReadJson(ref reader, undefinedToo: false);
                break;
            case BlockKind.Type:
                ReadType(ref reader, start);
                break;
            case BlockKind.Doc:
                reader.ReadVarString();
                SubdocumentOptions.Check(ref reader);
                break;
            default:
                reader.FailAt("A struct has a content that Yjs does not know.", start);
                break;
        }

        if (length == 0 && !reader.Failed)
        {
            reader.FailAt("A struct has length zero.", start);
        }

        item.ContentLength = reader.Position - item.ContentOffset;
        return reader.Failed ? 1 : length;
    }

    private static long ReadElements(ref Lib0Reader reader, ref ParsedStruct item, bool json)
    {
        var count = reader.ReadVarUint();
        item.ContentOffset = reader.Position;
        for (ulong i = 0; i < count && !reader.Failed; i++)
        {
            if (json)
            {
                ReadJson(ref reader, undefinedToo: true);
            }
            else
            {
                AnyValue.Check(ref reader, UpdateDecoder.MaxDepth);
            }
        }

        return (long)count;
    }

    private static void ReadJson(ref Lib0Reader reader, bool undefinedToo)
    {
        var start = reader.Position;
        var text = reader.ReadVarBytes();
        if (!reader.Failed && !(undefinedToo && text.SequenceEqual("undefined"u8))
            && !Json.IsValid(text, UpdateDecoder.MaxDepth))
        {
            reader.FailAt("A value is not valid JSON, or is nested too deeply.", start);
        }
    }

    private static void ReadType(ref Lib0Reader reader, int start)
    {
        var type = reader.ReadVarUint();
        if (type >= TypeRefs)
        {
            reader.FailAt("A shared type is of a kind that Yjs does not know.", start);
        }
        else if (type is XmlElementRef or XmlHookRef)
        {
            reader.ReadVarString();
        }
    }
}
