using System.Security.Cryptography;
using System.Text;
using Relay.Yjs;

namespace Relay.Bench.Hostile;

/// <summary>Messages of a Hocuspocus provider, and the tokens in them.</summary>
internal static class Messages
{
    private const byte Sync = 0, Awareness = 1, Auth = 2, Stateless = 5, StatusOfUpdate = 8, CloseOfDocument = 7;

    /// <summary>Asks for all that the document has.</summary>
    public static byte[] Question(string document) => Question(document, [0]);

    public static byte[] Question(string document, ReadOnlySpan<byte> stateVector) =>
        Message(document, [Sync, 0], stateVector);

    /// <summary>What a client says that has nothing.</summary>
    public static byte[] EmptyAnswer(string document) => Reply(document, [0, 0]);

    public static byte[] Reply(string document, ReadOnlySpan<byte> update) => Message(document, [Sync, 1], update);

    public static byte[] Update(string document, ReadOnlySpan<byte> update) => Message(document, [Sync, 2], update);

    public static byte[] Presence(string document, ReadOnlySpan<byte> entries) =>
        Message(document, [Awareness], entries);

    public static byte[] Words(string document, ReadOnlySpan<byte> text) => Message(document, [Stateless], text);

    public static byte[] Token(string document, string token)
    {
        using var rest = new Lib0Writer();
        rest.WriteVarBytes("4.7.0"u8);
        return [.. Message(document, [Auth, 0], Encoding.UTF8.GetBytes(token)), .. rest.ToArray()];
    }

    /// <summary>A token for all documents, signed with a secret (HS256).</summary>
    /// <param name="secret">What is signed with.</param>
    /// <param name="right"><c>read</c> or <c>write</c>.</param>
    /// <param name="user">Whose it is.</param>
    public static string Sign(string secret, string right, string user)
    {
        var signed = Claims("HS256", right, user);
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed));
        return $"{signed}.{Base64Url(signature)}";
    }

    /// <summary>A token that names no key (RS256).</summary>
    public static string Sign(RSA key, string user)
    {
        var signed = Claims("RS256", "write", user);
        var signature = key.SignData(
            Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{signed}.{Base64Url(signature)}";
    }

    public static string Base64Url(ReadOnlySpan<byte> bytes) =>
        Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    /// <summary>What the beginning of a server's message says.</summary>
    public static Answer Read(ReadOnlySpan<byte> message)
    {
        var reader = new Lib0Reader(message);
        reader.ReadVarString();
        var type = reader.ReadVarUint();
        var next = reader.Remaining > 0 ? reader.ReadVarUint() : 0;
        return (type, next) switch
        {
            (Auth, 1) => Answer.Denied,
            (Auth, 2) => Answer.Authenticated,
            (Sync or 4, 0) => Answer.Question,
            (Sync or 4, 1) => Answer.State,
            (StatusOfUpdate, _) => Answer.Status,
            (CloseOfDocument, _) => Answer.Closed,
            _ => Answer.Other,
        };
    }

    private static string Claims(string algorithm, string right, string user)
    {
        var ends = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        var claims = $$"""{"sub":"{{user}}","exp":{{ends}},"documents":{"*":"{{right}}"} }""";
        var head = $$"""{"alg":"{{algorithm}}","typ":"JWT"}""";
        return $"{Base64Url(Encoding.UTF8.GetBytes(head))}.{Base64Url(Encoding.UTF8.GetBytes(claims))}";
    }

    private static byte[] Message(string document, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        using var writer = new Lib0Writer(document.Length + content.Length + 16);
        writer.WriteVarBytes(Encoding.UTF8.GetBytes(document));
        writer.WriteBytes(type);
        writer.WriteVarBytes(content);
        return writer.ToArray();
    }
}
