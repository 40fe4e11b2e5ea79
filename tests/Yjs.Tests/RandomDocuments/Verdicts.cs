using Relay.Yjs.Judge;

namespace Relay.Yjs.RandomDocuments;

/// <summary>Collects the engine's answers about one document, and lets the oracle judge them in one request.</summary>
internal sealed class Verdicts(RandomDocument document)
{
    private const byte JudgeRequest = 1;

    private readonly List<(string Step, byte Kind, byte[] Body)> checks = [];

    /// <summary>
    /// The answers together say what the chosen updates say; <paramref name="bounded"/>: in no more bytes than Yjs
    /// needs.
    /// </summary>
    public void Same(string step, IReadOnlyList<int>? subset, bool garbageCollection, IReadOnlyList<byte[]> answers,
        bool bounded = false) => Add(step, 0, body =>
    {
        body.WriteSubset(subset);
        body.WriteByte(garbageCollection ? (byte)1 : (byte)0);
        body.WriteList(answers);
        body.WriteByte(bounded ? (byte)1 : (byte)0);
    });

    /// <summary>The answers and the updates that were not chosen together say the whole.</summary>
    public void Completes(string step, IReadOnlyList<int> subset, bool garbageCollection,
        IReadOnlyList<byte[]> answers) => Add(step, 1, body =>
    {
        body.WriteSubset(subset);
        body.WriteByte(garbageCollection ? (byte)1 : (byte)0);
        body.WriteList(answers);
    });

    /// <summary>A known holder's state and the answer together say the whole.</summary>
    public void HolderDiff(string step, int holder, byte[] answer) => Add(step, 2, body =>
    {
        body.WriteVarUint((ulong)holder);
        body.WriteVarBytes(answer);
    });

    /// <summary>The answer is, unit by unit, that of Yjs to the same state vector.</summary>
    public void ArbitraryDiff(string step, int index, byte[] answer) => Add(step, 3, body =>
    {
        body.WriteVarUint((ulong)index);
        body.WriteVarBytes(answer);
    });

    /// <summary>
    /// The first answer is a diff for a holder (null: for an empty document), the others are its parts: they respect
    /// the size, are invisible before the last one (to Yjs 13 alone if they are not safe for all), and have the same
    /// effect as the diff.
    /// </summary>
    public void Parts(string step, int? holder, int partBytes, bool isSafeForAll, IReadOnlyList<byte[]> parts) =>
        Add(step, 4, body =>
    {
        // A varInt of -1 is 0x41, and of a small positive number the number.
        body.WriteByte(holder is null ? (byte)0x41 : (byte)holder);
        body.WriteVarUint((ulong)partBytes);
        body.WriteByte(isSafeForAll ? (byte)1 : (byte)0);
        body.WriteList(parts);
    });

    /// <summary>The state vector ends at each client's first hole.</summary>
    public void Vector(string step, IReadOnlyList<int>? subset, byte[] stateVector) => Add(step, 5, body =>
    {
        body.WriteSubset(subset);
        body.WriteVarBytes(stateVector);
    });

    /// <summary>
    /// Two updates should have been the same bytes and are not; the oracle finds words for it, or says that it does not
    /// matter.
    /// </summary>
    public void Different(string step, byte[] expected, byte[] actual) => Add(step, 6, body =>
    {
        body.WriteVarBytes(expected);
        body.WriteVarBytes(actual);
    });

    /// <summary>The steps that the oracle finds wrong.</summary>
    public async Task<IReadOnlyList<Failure>> AskAsync(OracleProcess oracle)
    {
        using var request = new Lib0Writer();
        request.WriteByte(JudgeRequest);
        request.WriteVarUint(document.Handle);
        request.WriteVarUint((ulong)checks.Count);
        foreach (var (_, kind, body) in checks)
        {
            request.WriteByte(kind);
            request.WriteVarBytes(body);
        }

        var texts = ReadTexts(await oracle.AskAsync(request));
        return [.. checks.Zip(texts, (check, text) => new Failure(check.Step, text))
            .Where(failure => failure.Text.Length > 0)];
    }

    private static string[] ReadTexts(byte[] answer)
    {
        var reader = new Lib0Reader(answer);
        return reader.ReadTexts();
    }

    private void Add(string step, byte kind, Action<Lib0Writer> write)
    {
        using var body = new Lib0Writer();
        write(body);
        checks.Add((step, kind, body.ToArray()));
    }
}
