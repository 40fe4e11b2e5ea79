using System.Buffers.Binary;
using System.Text;
using StackExchange.Redis;

namespace Relay.Backplane;

/// <summary>What goes into the append script and comes out of it; the script says what it is.</summary>
internal static class AppendScript
{
    private const int KeysPerAppend = 5;
    private const int CommonArguments = 6;
    private const int ArgumentsPerAppend = 6;

    // Outcome, epoch, offset, id, the id before it, count.
    private const int AnswerLength = 41;
    private const int ProblemHeadLength = 3;

    private const byte Failed = 3;

    /// <summary>The keys of the appends.</summary>
    public static RedisKey[] Keys(IReadOnlyList<PendingAppend> appends)
    {
        var keys = new RedisKey[appends.Count * KeysPerAppend];
        for (var i = 0; i < appends.Count; i++)
        {
            var names = appends[i].Names;
            var own = keys.AsSpan(i * KeysPerAppend);
            own[0] = names.Head;
            own[1] = names.Entries;
            own[2] = names.Count;
            own[3] = names.Changed;
            own[4] = names.Jobs;
        }

        return keys;
    }

    /// <summary>The arguments of the appends, behind those of all.</summary>
    /// <param name="common">The arguments of all.</param>
    /// <param name="appends">The appends.</param>
    /// <param name="maxPublished">The most bytes of a payload that are published.</param>
    public static RedisValue[] Arguments(
        RedisValue[] common, IReadOnlyList<PendingAppend> appends, int maxPublished)
    {
        var arguments = new RedisValue[CommonArguments + (appends.Count * ArgumentsPerAppend)];
        common.CopyTo(arguments, 0);
        for (var i = 0; i < appends.Count; i++)
        {
            var append = appends[i];
            var own = arguments.AsSpan(CommonArguments + (i * ArgumentsPerAppend));
            var published = PublishedLength(append.Bytes, maxPublished);
            own[0] = append.Epoch;
            own[1] = append.Bytes;
            own[2] = append.Names.Name;
            own[3] = append.Names.ChannelName;
            own[4] = published < append.Bytes.Length ? published : RedisValue.EmptyString;
            own[5] = Extra(append);
        }

        return arguments;
    }

    /// <summary>Reads the script's result; null for what no such script answers.</summary>
    public static AppendAnswer[]? Read(ReadOnlySpan<byte> result, int count)
    {
        var answers = new AppendAnswer[count];
        for (var i = 0; i < count; i++)
        {
            if (!TryRead(ref result, out answers[i]))
            {
                return null;
            }
        }

        return result.IsEmpty ? answers : null;
    }

    /// <summary>How many bytes of an entry are published: all, or those before a payload that is too large.</summary>
    public static int PublishedLength(ReadOnlySpan<byte> entry, int maxPublished) =>
        RedisEntry.HeadLength(entry) is var head && entry.Length - head > maxPublished ? head : entry.Length;

    private static bool TryRead(ref ReadOnlySpan<byte> result, out AppendAnswer answer)
    {
        answer = default;
        if (result.Length < ProblemHeadLength || result[0] > Failed)
        {
            return false;
        }

        var problem = result[0] == Failed ? BinaryPrimitives.ReadUInt16BigEndian(result[1..]) : 0;
        var length = result[0] == Failed ? ProblemHeadLength + problem : AnswerLength;
        if (result.Length < length)
        {
            return false;
        }

        answer = result[0] == Failed
            ? new AppendAnswer(default, 0, Encoding.UTF8.GetString(result[ProblemHeadLength..length]))
            : new AppendAnswer(
                RedisEnvelope.Appended(result),
                BinaryPrimitives.ReadInt64BigEndian(result[(AnswerLength - 8)..]),
                null);
        result = result[length..];
        return true;
    }

    private static RedisValue Extra(PendingAppend append)
    {
        if (append.Replaced is { } end)
        {
            return end.IsNone ? "R" : (RedisValue)(byte[])[(byte)'R', .. RedisEntry.Encode(end.Id)];
        }

        var earlier = append.Entry.Earlier.Span;
        if (earlier.IsEmpty)
        {
            return RedisValue.EmptyString;
        }

        var after = append.Entry.EarlierAfter;
        var extra = new byte[25 + (8 * earlier.Length)];
        extra[0] = (byte)'E';
        BinaryPrimitives.WriteInt64BigEndian(extra.AsSpan(1), after.Epoch);
        BinaryPrimitives.WriteInt64BigEndian(extra.AsSpan(9), after.Offset);
        BinaryPrimitives.WriteUInt64BigEndian(extra.AsSpan(17), after.Id.Value);
        for (var i = 0; i < earlier.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(extra.AsSpan(25 + (8 * i)), earlier[i].Value);
        }

        return extra;
    }
}
