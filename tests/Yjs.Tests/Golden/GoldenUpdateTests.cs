namespace Relay.Yjs.Golden;

/// <summary>Bytes that real clients were seen to send, and what the engine makes of them.</summary>
public sealed class GoldenUpdateTests
{
    /// <summary>Client 1 types "a" into the text "t".</summary>
    private const string OneLetter = "0101010004010174016100";

    [Fact]
    public void One_letter_comes_back_as_the_same_bytes()
    {
        var document = Apply(OneLetter);
        Assert.Equal(OneLetter, Hex(document.EncodeState()));
        Assert.Equal("010101", Hex(document.EncodeStateVector()));
        Assert.False(document.IsEmpty);
    }

    [Fact]
    public void An_empty_document_is_two_zeros_and_its_state_vector_one()
    {
        var document = new YDocument();
        Assert.True(document.IsEmpty);
        Assert.Equal("0000", Hex(document.EncodeState()));
        Assert.Equal("00", Hex(document.EncodeStateVector()));
    }

    [Fact]
    public void The_empty_update_is_no_news()
    {
        var document = new YDocument();
        Assert.True(document.TryApply(Convert.FromHexString("0000"), out var news, out _));
        Assert.True(news.IsEmpty);
        Assert.True(document.IsEmpty);
    }

    [Fact]
    public void All_news_is_the_same_memory()
    {
        ReadOnlyMemory<byte> update = Convert.FromHexString(OneLetter);
        var document = new YDocument();
        Assert.True(document.TryGetNews(update, out var asked, out _));
        Assert.True(document.IsEmpty);
        Assert.True(document.TryApply(update, out var news, out _));
        Assert.True(news.Equals(update));
        Assert.True(asked.Equals(update));
        Assert.True(document.TryApply(update, out news, out _));
        Assert.True(news.IsEmpty);
    }

    [Theory]
    [InlineData("00", OneLetter)]
    [InlineData("010100", OneLetter)]
    [InlineData("010101", "0000")]
    [InlineData("010109", "0000")]
    [InlineData("010205", OneLetter)]
    public void A_state_vector_gets_what_its_holder_lacks(string stateVector, string expected)
    {
        var document = Apply(OneLetter);
        Assert.True(document.TryEncodeDiff(Convert.FromHexString(stateVector), out var update, out var error),
            error.ToString());
        Assert.Equal(expected, Hex(update));
        Assert.True(
            document.TryEncodeParts(Convert.FromHexString(stateVector), new DiffSizes(1_000, 1_000, 1_000),
                out var parts, out _));
        Assert.Equal(expected, Hex(Assert.Single(parts)));
        Assert.True(document.TryCompareDiff(Convert.FromHexString(stateVector), 2, out var isLarger, out _));
        Assert.Equal(expected == OneLetter, isLarger);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000)]
    public void Parts_hold_the_deletes_of_what_is_missing_between_structs(int maxBytes)
    {
        // "a" at clock 0 of client 1 and "x" at clock 5; of what nobody has sent yet between them, two are deleted
        // already.
        var document = Apply("01030100" + "040101740161" + "0a04" + "840104" + "0178" + "0101010202");
        Assert.True(document.TryEncodeParts([0], new DiffSizes(maxBytes, maxBytes, 0), out var parts, out _));
        Assert.Equal(Hex(document.EncodeState()), Hex(Apply([.. parts.Select(Hex)]).EncodeState()));
    }

    [Fact]
    public void Parts_end_with_the_first_missing_struct_of_each_client_and_all_deletes()
    {
        // "abc" by client 1; "xy" by client 2 after its "c"; "b" and "y" are deleted.
        var document = Apply(
            "01010100" + "0401017403616263" + "00",
            "01010200" + "840102027879" + "00",
            "00" + "02" + "02010101" + "01010101");
        Assert.True(document.TryEncodeParts([0], new DiffSizes(0, 1_000, 0), out var parts, out _));

        // The clock of a client's first early struct is 1: Yjs keeps what begins beyond a client's end as pending.
        Assert.Equal(
            [
                "02" + "01020181020001" + "020101" + "8101000184010101" + "63" + "00",
                "02" + "010200" + "8401020178" + "010100" + "04010174" + "0161" + "02" + "02010101" + "01010101",
            ],
            parts.Select(Hex));

        // Of a holder that has "a" and all of client 2, only the rest of client 1 is missing: its first struct and the
        // deletes.
        Assert.True(
            document.TryEncodeParts(Convert.FromHexString("0202020101"), new DiffSizes(0, 1_000, 0), out parts, out _));
        Assert.Equal(2, parts.Count);
        Assert.Equal("01" + "010102" + "84010101" + "63" + "00", Hex(parts[0]));
    }

    [Fact]
    public void Typing_on_leaves_one_struct()
    {
        // "b" by client 1 after its "a".
        var document = Apply(OneLetter, "010101018401000162" + "00");
        Assert.Equal("010101000401017402616200", Hex(document.EncodeState()));
    }

    [Fact]
    public void A_deleted_letter_keeps_its_place_without_its_content()
    {
        // Delete set: client 1, from clock 0, one.
        const string Deleted = "000101010001";
        Assert.Equal("01010100010101740101010" + "10001", Hex(Apply(OneLetter, Deleted).EncodeState()));
        Assert.Equal("01010100010101740101010" + "10001", Hex(Apply(Deleted, OneLetter).EncodeState()));
        var kept = new YDocument(garbageCollection: false);
        Assert.True(kept.TryApply(Convert.FromHexString(OneLetter), out _, out _));
        Assert.True(kept.TryApply(Convert.FromHexString(Deleted), out _, out _));
        Assert.Equal("01010100040101740161" + "0101010001", Hex(kept.EncodeState()));
    }

    [Fact]
    public void A_hole_is_a_skip_and_ends_the_state_vector()
    {
        // Client 1: clocks 0 to 9 missing, then "x" after clock 9.
        var document = Apply("0101010a84010901" + "7800");
        Assert.Equal("00", Hex(document.EncodeStateVector()));
        document = Apply(OneLetter, "0101010a84010901" + "7800");
        Assert.Equal("010101", Hex(document.EncodeStateVector()));
        Assert.Equal("01030100" + "0401017401" + "61" + "0a09" + "8401090178" + "00", Hex(document.EncodeState()));
    }

    [Fact]
    public void Merging_says_the_same_as_both()
    {
        var other = "01010200040101740162" + "00";
        Assert.True(
            YDocument.TryMerge([Convert.FromHexString(OneLetter), Convert.FromHexString(other)],
                out var merged, out _));
        Assert.Equal("02" + "010200040101740162" + "010100040101740161" + "00", Hex(merged));
        Assert.True(YDocument.TryMerge([], out merged, out _));
        Assert.Equal("0000", Hex(merged));
    }

    [Theory]
    [InlineData("", "nothing at all")]
    [InlineData("00", "no delete set")]
    [InlineData("000000", "a byte too many")]
    [InlineData("01010100040101740161", "no delete set after structs")]
    [InlineData("01010100040101740000", "a string of no length")]
    [InlineData("0101010004010174" + "02c328" + "00", "invalid UTF-8")]
    [InlineData("0101010000" + "00" + "00", "a GC of no length")]
    [InlineData("010101000a" + "00" + "00", "a Skip of no length")]
    [InlineData("0101010001010174" + "00" + "00", "deleted content of no length")]
    [InlineData("0101010008010174" + "00" + "00", "any content of no length")]
    [InlineData("0001010100" + "00", "a delete range of no length")]
    [InlineData("01010100040001000161" + "00", "a parent that is the struct itself")]
    [InlineData("01010105840105" + "0161" + "00", "an origin that is the struct itself")]
    [InlineData("01010105440107" + "0161" + "00", "a right origin that comes later")]
    [InlineData("02" + "010100040101740161" + "010101040101740161" + "00", "a client listed twice")]
    [InlineData("02" + "010100040101740161" + "000100" + "00", "a client listed twice, once without structs")]
    [InlineData("00" + "02" + "01010001" + "0100", "a client listed twice, once without delete ranges")]
    [InlineData("0101010007010174" + "07" + "00", "an unknown type")]
    [InlineData("010101000b010174" + "0161" + "00", "an unknown kind of content")]
    [InlineData("0101010008010174" + "0173" + "00", "an unknown value tag")]
    [InlineData("0101010005010174" + "027b5d" + "00", "invalid JSON")]
    [InlineData("0101010009010174" + "0161" + "7e" + "00", "a subdocument without options")]
    [InlineData("ffffffffffffff7f" + "00", "more clients than bytes")]
    [InlineData("01" + "ffffffffffffff0f" + "0100" + "00", "more structs than bytes")]
    public void Bytes_that_no_client_could_read_are_refused(string hex, string why)
    {
        var document = Apply(OneLetter);
        Assert.False(document.TryApply(Convert.FromHexString(hex), out var news, out var error), why);
        Assert.True(news.IsEmpty);
        Assert.NotEmpty(error.Message);
        Assert.InRange(error.Offset, 0, hex.Length / 2);
        Assert.False(document.TryGetNews(Convert.FromHexString(hex), out _, out _));
        Assert.False(YDocument.TryMerge([Convert.FromHexString(hex)], out _, out _));
        Assert.Equal(OneLetter, Hex(document.EncodeState()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("01")]
    [InlineData("0101")]
    [InlineData("0000")]
    [InlineData("0201010101")]
    [InlineData("01ffffffffffffff1f01")]
    public void State_vectors_that_no_client_sends_are_refused(string hex)
    {
        var document = Apply(OneLetter);
        Assert.False(document.TryEncodeDiff(Convert.FromHexString(hex), out _, out var error));
        Assert.NotEmpty(error.Message);
        Assert.False(document.TryEncodeParts(Convert.FromHexString(hex), new DiffSizes(100, 100, 100), out _, out _));
        Assert.False(document.TryCompareDiff(Convert.FromHexString(hex), 100, out _, out _));
    }

    private static YDocument Apply(params string[] updates)
    {
        var document = new YDocument();
        foreach (var update in updates)
        {
            Assert.True(document.TryApply(Convert.FromHexString(update), out _, out var error), error.ToString());
        }

        return document;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
