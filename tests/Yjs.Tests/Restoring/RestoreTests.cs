using Relay.Yjs.Judge;

namespace Relay.Yjs.Restoring;

/// <summary>
/// Restores of documents that Yjs made for one question each (<c>oracle/restore-cases.mjs</c>), judged by Yjs.
/// </summary>
public sealed class RestoreTests(OracleFixture oracles) : IClassFixture<OracleFixture>
{
    [NodeFact]
    public Task Deleted_text_is_back_where_it_was_and_new_text_is_gone() => JudgeAsync("text");

    [NodeFact]
    public Task A_text_that_was_emptied_is_full_again() => JudgeAsync("emptied");

    [NodeFact]
    public Task Formats_are_as_they_were() => JudgeAsync("formats");

    [NodeFact]
    public Task Embeds_and_attributes_of_a_text_are_as_they_were() => JudgeAsync("embeds");

    [NodeFact]
    public Task Lists_have_their_old_values_in_their_old_order() => JudgeAsync("lists");

    [NodeFact]
    public Task Keys_have_their_old_values_and_new_keys_are_gone() => JudgeAsync("keys");

    [NodeFact]
    public Task A_key_that_two_wrote_at_once_has_the_value_from_before_both() => JudgeAsync("keysOfBoth");

    [NodeFact]
    public Task An_XML_tree_is_as_it_was_deleted_elements_with_all_that_was_in_them() => JudgeAsync("xml");

    [NodeFact]
    public Task A_deleted_type_comes_back_with_the_types_in_it() => JudgeAsync("nested");

    [NodeFact]
    public Task Entries_of_subdocuments_are_as_they_were() => JudgeAsync("subdocuments");

    [NodeFact]
    public Task Characters_that_were_cut_in_half_are_whole_again() => JudgeAsync("halvedCharacters");

    [NodeFact]
    public Task Characters_that_were_cut_in_half_and_deleted_are_whole_again() => JudgeAsync("charactersAroundDeleted");

    [NodeFact]
    public Task Characters_that_were_cut_in_half_even_then_stay_so() => JudgeAsync("halvedThen");

    [NodeFact]
    public Task A_document_that_keeps_what_is_deleted_is_restored_alike() => JudgeAsync("keptDeletions");

    [NodeFact]
    public Task What_two_wrote_at_once_at_one_place_is_taken_back() => JudgeAsync("wroteAtOnce");

    [NodeFact]
    public Task What_the_present_state_has_never_seen_comes_with_the_restore() => JudgeAsync("ahead");

    [NodeFact]
    public async Task What_is_visible_in_both_states_is_left_alone()
    {
        var oracle = await oracles.GetAsync();
        var document = await Restorable.MakeCaseAsync(oracle, "text");
        var decoded = Decode(Restorable.Compute(document.Present, document.Older, seed: 1));

        // "on" and "two " were deleted, each is one struct; "zwei " and "!" were inserted.
        Assert.Equal([2, 4], decoded.Structs[..decoded.StructCount].Select(parsed => parsed.Length));
        Assert.Equal(6, decoded.Deletes.Sum(range => range.End - range.Start));
    }

    [NodeFact]
    public async Task A_restore_that_is_computed_twice_before_the_document_has_it_is_there_once()
    {
        var oracle = await oracles.GetAsync();
        var document = await Restorable.MakeCaseAsync(oracle, "text");
        var restore = Restorable.Compute(document.Present, document.Older, seed: 0);
        Assert.Equal(restore, Restorable.Compute(document.Present, document.Older, seed: 0));
    }

    [NodeFact]
    public async Task There_is_nothing_to_restore_when_nothing_changed()
    {
        var oracle = await oracles.GetAsync();
        var document = await Restorable.MakeCaseAsync(oracle, "formats");
        Assert.True(DocumentRestore.TryCompute(document.Present, document.Present, out var update, out _));
        Assert.Empty(update);
    }

    [Fact]
    public void What_does_not_read_is_refused()
    {
        Assert.False(DocumentRestore.TryCompute(new byte[] { 0, 0 }, new byte[] { 1 }, out var update, out var error));
        Assert.Empty(update);
        Assert.NotEmpty(error.Message);
        Assert.False(DocumentRestore.TryCompute(new byte[] { 1 }, new byte[] { 0, 0 }, out _, out _));
    }

    [Fact]
    public void A_document_at_one_place_of_which_too_many_inserted_at_once_is_refused()
    {
        using var writer = new Lib0Writer();
        const int clients = 16_000;
        writer.WriteVarUint(clients);
        for (ulong client = 1; client <= clients; client++)
        {
            // One character each at the start of the text "t", by clients who knew of no other.
            writer.WriteVarUint(1);
            writer.WriteVarUint(client);
            writer.WriteVarUint(0);
            writer.WriteBytes([0x04, 1, 1, (byte)'t', 1, (byte)'x']);
        }

        writer.WriteVarUint(0);
        Assert.False(DocumentRestore.TryCompute(writer.ToArray(), new byte[] { 0, 0 }, out _, out var error));
        Assert.Contains("at one place", error.Message, StringComparison.Ordinal);
    }

    private async Task JudgeAsync(string name)
    {
        var oracle = await oracles.GetAsync();
        var document = await Restorable.MakeCaseAsync(oracle, name);
        for (var seed = 0; seed < Restorable.Draws; seed++)
        {
            Assert.Equal("", await document.TryOutAsync(oracle, seed));
        }
    }

    private static DecodedUpdate Decode(byte[] update)
    {
        var decoded = new DecodedUpdate();
        Assert.True(UpdateDecoder.TryDecode(update, decoded, out var error), error.ToString());
        return decoded;
    }
}
