using System.Text;
using Relay.Yjs.Judge;

namespace Relay.Yjs.Restoring;

/// <summary>A document as it was and as it is, made by Yjs.</summary>
/// <param name="Older">The state to go back to.</param>
/// <param name="Present">The state that clients have.</param>
/// <param name="Later">Updates of clients who do not know of the restore.</param>
internal sealed record Restorable(byte[] Older, byte[] Present, byte[][] Later)
{
    /// <summary>Client ids decide between what was inserted at once, so several are drawn.</summary>
    public const int Draws = 8;

    private const byte MakeRequest = 5;
    private const byte JudgeRequest = 6;

    public static Task<Restorable> MakeRandomAsync(OracleProcess oracle, int seed) => MakeAsync(oracle, "", seed);

    /// <param name="oracle">Who makes it.</param>
    /// <param name="name">The case's name in <c>oracle/restore-cases.mjs</c>.</param>
    public static Task<Restorable> MakeCaseAsync(OracleProcess oracle, string name) => MakeAsync(oracle, name, seed: 0);

    /// <summary>Restores in every way, and has Yjs judge the outcome: what is wrong, or nothing.</summary>
    public async Task<string> TryOutAsync(OracleProcess oracle, int seed)
    {
        var random = new Random(seed);
        var (older, present) = (random.Next(2) == 0 ? Older : StateOf(Older),
            random.Next(2) == 0 ? Present : StateOf(Present));
        var restore = Compute(present, older, seed);
        var state = StateOf(present, restore);
        if (Compute(state, older, seed) is { Length: > 2 } again)
        {
            return $"after the restore there is still something to restore: {Convert.ToHexStringLower(again)} in "
                + $"{Convert.ToHexStringLower(state)} for {Convert.ToHexStringLower(older)}";
        }

        if (!new YDocument().TryGetNews(restore, out _, out var refusal))
        {
            return $"the engine refuses the restore: {refusal}";
        }

        using var request = new Lib0Writer();
        request.WriteByte(JudgeRequest);
        request.WriteVarBytes(older);
        request.WriteVarBytes(present);
        request.WriteList(Later);
        request.WriteVarBytes(restore);
        request.WriteVarBytes(state);
        request.WriteVarBytes(StateOf([present, .. Later, restore]));
        request.WriteVarBytes(Compute(state, present, seed));
        return ReadText(await oracle.AskAsync(request));
    }

    /// <summary>The restore; an update that says nothing where there is nothing to restore.</summary>
    public static byte[] Compute(byte[] present, byte[] older, int seed)
    {
        Assert.True(DocumentRestore.TryCompute(present, older, draw: seed % Draws, out var update, out var error),
            error.ToString());
        return update.Length > 0 ? update : [0, 0];
    }

    public static byte[] StateOf(params byte[][] updates)
    {
        var document = new YDocument();
        foreach (var update in updates)
        {
            Assert.True(document.TryApply(update, out _, out var error), error.ToString());
        }

        return document.EncodeState();
    }

    private static async Task<Restorable> MakeAsync(OracleProcess oracle, string name, int seed)
    {
        using var request = new Lib0Writer();
        request.WriteByte(MakeRequest);
        request.WriteVarBytes(Encoding.UTF8.GetBytes(name));
        request.WriteVarUint((ulong)seed);
        return Read(await oracle.AskAsync(request));
    }

    private static Restorable Read(byte[] answer)
    {
        var reader = new Lib0Reader(answer);
        return new Restorable(reader.ReadVarBytes().ToArray(), reader.ReadVarBytes().ToArray(), reader.ReadList());
    }

    private static string ReadText(byte[] answer)
    {
        var reader = new Lib0Reader(answer);
        return Encoding.UTF8.GetString(reader.ReadVarString());
    }
}
