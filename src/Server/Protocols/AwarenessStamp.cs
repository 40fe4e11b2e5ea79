using System.Buffers;
using System.Text.Json;
using Relay.Access;
using Relay.Yjs;

namespace Relay.Protocols;

/// <summary>
/// Writes the user that a token names into the presence of its connection: <c>user.id</c> and <c>user.name</c>, where
/// editors look for a name. Other members of the state, and of <c>user</c>, stay byte for byte;
/// a <c>user</c> that is no object is replaced by one. Immutable.
/// </summary>
internal sealed class AwarenessStamp
{
    private readonly byte[] identity;

    /// <param name="grant">Whose presence it is. Without a name the id stands for it; without both, no id and no
    /// name is shown.</param>
    public AwarenessStamp(Grant grant)
    {
        var members = new Dictionary<string, string>();
        if (grant.UserId is { } id)
        {
            members.Add("id", id);
        }

        if ((grant.UserName ?? grant.UserId) is { } name)
        {
            members.Add("name", name);
        }

        identity = JsonSerializer.SerializeToUtf8Bytes(members)[1..^1];
    }

    /// <summary>
    /// The entry as others may see it. A removal, and a state that is no object and so has no user, is left alone.
    /// </summary>
    public AwarenessEntry Stamp(in AwarenessEntry entry)
    {
        var state = entry.State.Span;
        if (entry.IsNull || !IsObject(state))
        {
            return entry;
        }

        var stamped = new ArrayBufferWriter<byte>(state.Length + identity.Length + 16);
        stamped.Write("{"u8);
        var user = CopyMembers(state, stamped, "user"u8, "user"u8);
        Separate(stamped);
        stamped.Write("\"user\":{"u8);
        if (IsObject(state[user]))
        {
            CopyMembers(state[user], stamped, "id"u8, "name"u8);
        }

        if (identity.Length > 0)
        {
            Separate(stamped);
            stamped.Write(identity);
        }

        stamped.Write("}}"u8);
        return entry with { State = stamped.WrittenMemory };
    }

    private static bool IsObject(ReadOnlySpan<byte> json) => json.TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    /// <summary>
    /// Copies all members of an object but two; says where the value of the last one of those stands.
    /// </summary>
    private static Range CopyMembers(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> to, ReadOnlySpan<byte> except,
        ReadOnlySpan<byte> andExcept)
    {
        var left = new Range(0, 0);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = AwarenessUpdate.MaxJsonDepth + 1 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var begin = (int)reader.TokenStartIndex;
            var isLeftOut = Is(reader, except) || Is(reader, andExcept);
            reader.Read();
            var value = (int)reader.TokenStartIndex;
            reader.Skip();
            var end = (int)reader.BytesConsumed;
            if (isLeftOut)
            {
                left = value..end;
            }
            else
            {
                Separate(to);
                to.Write(json[begin..end]);
            }
        }

        return left;
    }

    private static bool Is(in Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan.SequenceEqual(name);
        }

        try
        {
            return reader.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, which JavaScript lets pass.
            return false;
        }
    }

    private static void Separate(ArrayBufferWriter<byte> to)
    {
        if (to.WrittenSpan[^1] != (byte)'{')
        {
            to.Write(","u8);
        }
    }
}
