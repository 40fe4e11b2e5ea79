using System.Runtime.CompilerServices;

namespace Relay.Yjs;

/// <summary>
/// lib0's "any" values (<c>lib0/encoding.js</c>, <c>writeAny</c>): a tag from 127 (undefined) down to 116 (bytes), then
/// the value. Walked with a loop and a stack of bounded depth, never by recursion.
/// </summary>
internal static class AnyValue
{
    public const byte Undefined = 127;
    public const byte Null = 126;
    public const byte Integer = 125;
    public const byte Float32 = 124;
    public const byte Float64 = 123;
    public const byte BigInt = 122;
    public const byte False = 121;
    public const byte True = 120;
    public const byte String = 119;
    public const byte Object = 118;
    public const byte Array = 117;
    public const byte Bytes = 116;

    /// <summary>
    /// Reads one value and checks it wholly; fails on unknown tags and on nesting deeper than
    /// <paramref name="maxDepth"/>.
    /// </summary>
    public static void Check(ref Lib0Reader reader, int maxDepth)
    {
        var start = reader.Position;
        var tag = reader.ReadByte();
        if (tag is Object or Array)
        {
            CheckNested(ref reader, tag, start, maxDepth);
        }
        else
        {
            CheckScalar(ref reader, tag, start);
        }
    }

    /// <summary>The same for an array or an object, whose tag was read.</summary>
    [SkipLocalsInit]
    private static void CheckNested(ref Lib0Reader reader, byte tag, int start, int maxDepth)
    {
        // What is left to read in each open array (positive) or object (negative).
        Span<long> open = stackalloc long[maxDepth];
        var depth = 0;
        while (true)
        {
            WorkMeter.Count();
            if (tag is Object or Array)
            {
                var count = (long)reader.ReadVarUint();
                if (depth == maxDepth)
                {
                    reader.FailAt("A value is nested too deeply.", start);
                }
                else if (count > reader.Remaining)
                {
                    reader.FailAt("A declared count exceeds the input.", start);
                }
                else
                {
                    open[depth++] = tag == Object ? -count : count;
                }
            }
            else
            {
                CheckScalar(ref reader, tag, start);
            }

            while (depth > 0 && open[depth - 1] == 0)
            {
                depth--;
            }

            if (depth == 0 || reader.Failed)
            {
                return;
            }

            ref var left = ref open[depth - 1];
            if (left < 0)
            {
                reader.ReadVarString();
                left++;
            }
            else
            {
                left--;
            }

            start = reader.Position;
            tag = reader.ReadByte();
        }
    }

    private static void CheckScalar(ref Lib0Reader reader, byte tag, int start)
    {
        switch (tag)
        {
            case Undefined or Null or True or False:
                break;
            case Integer:
                reader.ReadVarInt();
                break;
            case Float32:
                reader.ReadBytes(4);
                break;
            case Float64 or BigInt:
                reader.ReadBytes(8);
                break;
            case String:
                reader.ReadVarString();
                break;
            case Bytes:
                reader.ReadVarBytes();
                break;
            default:
                reader.FailAt("A value has a type that lib0 does not know.", start);
                break;
        }
    }
}
