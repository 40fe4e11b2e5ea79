namespace Relay.Yjs.Golden;

/// <summary>What is known of an update without reading it again.</summary>
public sealed class UpdateExtentTests
{
    /// <summary>A client with id 1 types "ab" into the text "t".</summary>
    private const string Typed = "010101000401017402616200";

    [Theory]
    [InlineData(Typed, "0101010004010174016100", true)]
    [InlineData(Typed, "010101028401010163" + "00", false)]
    [InlineData(Typed, "01010101840100016200", true)]
    [InlineData(Typed, "000101010101", false)]
    [InlineData("000101010002", "000101010101", true)]
    [InlineData("000101010002", "010101000401017402616200", false)]
    public void A_run_of_structs_and_a_deleted_range_are_found_where_they_are(string has, string update, bool isThere)
    {
        var extent = ExtentOf(update);
        Assert.True(extent.IsKnown);
        Assert.True(new YDocument().HasNoneOf(extent));
        var document = new YDocument();
        Assert.True(document.TryApply(Convert.FromHexString(has), out _, out _));
        Assert.Equal(isThere, !document.HasNoneOf(extent));
        Assert.True(document.TryApply(Convert.FromHexString(update), out _, out _));
        Assert.False(document.HasNoneOf(extent));
    }

    [Theory]
    [InlineData("0000")]
    [InlineData("010101000401017402616201010100" + "01")]
    [InlineData("000101020001" + "0501")]
    [InlineData("02" + "010200" + "040101740161" + "010100" + "040101740161" + "00")]
    [InlineData("010301000401017401610a02" + "84010201" + "62" + "00")]
    public void Of_other_updates_no_extent_is_known(string update)
    {
        var extent = ExtentOf(update);
        Assert.False(extent.IsKnown);
        Assert.False(new YDocument().HasNoneOf(extent));
    }

    [Fact]
    public void Of_an_update_that_is_new_in_part_no_extent_is_known()
    {
        var document = new YDocument();
        Assert.True(document.TryApply(Convert.FromHexString("0101010004010174016100"), out _, out _));
        Assert.True(document.TryGetNews(
            Convert.FromHexString(Typed), long.MaxValue, out var news, out _, out var extent, out _));
        Assert.False(news.IsEmpty);
        Assert.False(extent.IsKnown);
    }

    private static UpdateExtent ExtentOf(string hex)
    {
        var update = Convert.FromHexString(hex);
        Assert.True(
            new YDocument().TryGetNews(update, long.MaxValue, out _, out _, out var extent, out var error),
            error.ToString());
        return extent;
    }
}
