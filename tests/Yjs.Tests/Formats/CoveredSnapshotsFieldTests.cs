namespace Relay.Yjs;

public sealed class CoveredSnapshotsFieldTests
{
    [Fact]
    public void Ids_come_back_beside_other_fields_and_none_take_no_byte()
    {
        EntryId[] ids = [new EntryId(0x1112131415161718), new EntryId(1)];
        var fields = CoveredSnapshotsField.Of(ids).With(4, [9]);
        Assert.Equal("0210" + "1112131415161718" + "0000000000000001" + "040109",
            Convert.ToHexStringLower(fields.Bytes.Span));
        Assert.Equal(ids, CoveredSnapshotsField.In(fields));
        Assert.True(CoveredSnapshotsField.IsWhole(fields));
        Assert.True(CoveredSnapshotsField.Of([]).IsEmpty);
        Assert.Empty(CoveredSnapshotsField.In(OptionalFields.None));
        Assert.True(CoveredSnapshotsField.IsWhole(OptionalFields.None.With(4, [9])));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(9)]
    public void A_value_that_holds_no_whole_ids_is_none(int bytes) =>
        Assert.False(CoveredSnapshotsField.IsWhole(OptionalFields.None.With(2, new byte[bytes])));
}
