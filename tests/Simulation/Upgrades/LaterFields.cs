using Relay.Yjs;

namespace Relay.Simulation;

/// <summary>
/// What a later version of the program adds to what it stores and sends: a field that today's readers skip, and
/// sometimes one that they must know, or the next version of a format. Nodes of the later version know all of these.
/// </summary>
internal static class LaterFields
{
    /// <summary>What every later writer adds. A reader that does not know it skips it.</summary>
    private const byte Skipped = 200;

    /// <summary>A reader that does not know it refuses the whole.</summary>
    private const byte Required = 201;

    /// <summary>Never written: marks what is to be written in the next version of its format.</summary>
    private const byte NextVersion = 203;

    private static readonly byte[] KnownTags = [CoveredSnapshotsField.Tag, Skipped, Required];

    /// <summary>The fields of a later writer, which only later readers may have to know.</summary>
    /// <param name="fields">Those that there are.</param>
    /// <param name="random">How long the new ones are, and which of the ways to be unknown is taken.</param>
    /// <param name="isForLater">Whether today's readers must refuse what has them.</param>
    public static OptionalFields AddTo(OptionalFields fields, SeededRandom random, bool isForLater)
    {
        var value = new byte[random.One([0, 1, 20, 200])];
        value.AsSpan().Fill((byte)random.Below(256));
        fields = fields.With(Skipped, value);
        return isForLater ? fields.With(random.One([Required, NextVersion]), [1]) : fields;
    }

    /// <summary>Whether today's readers must refuse what has these fields.</summary>
    public static bool IsForLater(OptionalFields fields) =>
        fields.Find(Required) is not null || fields.Find(NextVersion) is not null;

    /// <summary>Whether what has these fields is written in the next version of its format.</summary>
    public static bool IsNextVersion(OptionalFields fields) => fields.Find(NextVersion) is not null;

    /// <summary>
    /// The fields as they are written; for a later reader without those that today's code refuses, because it knows
    /// them.
    /// </summary>
    public static OptionalFields AsRead(OptionalFields fields, bool isLater)
    {
        if (!IsForLater(fields))
        {
            return fields;
        }

        var written = OptionalFields.None;
        foreach (var tag in KnownTags)
        {
            if (fields.Find(tag) is { } value && !(isLater && tag == Required))
            {
                written = written.With(tag, value.Span);
            }
        }

        return written;
    }
}
