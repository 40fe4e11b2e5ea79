namespace Relay.Links;

public sealed class DocumentHoldersTests
{
    private readonly DocumentHolders holders = new();
    private readonly Peer one = new();
    private readonly Peer two = new();

    [Fact]
    public void A_node_that_says_so_holds_the_document_until_it_says_that_it_does_not()
    {
        Assert.Equal(HolderNews.New, holders.Add(1, one, 5));
        Assert.Equal(HolderNews.Known, holders.Add(1, one, 5));
        Assert.Equal(HolderNews.New, holders.Add(2, two, 9));
        Assert.Equal([one, two], holders.Present);
        holders.Remove(1, 5);
        Assert.Equal([two], holders.Present);
        Assert.Equal((0, 1), (one.Shared, two.Shared));
        holders.Close();
        Assert.Equal(HolderNews.Outdated, holders.Add(1, one, 6));
        Assert.False(holders.AddUnlinked(3));
        Assert.Equal((0, 0), (one.Shared, two.Shared));
        Assert.Empty(holders.Present);
    }

    [Fact]
    public void What_a_session_said_that_has_ended_does_not_bring_its_node_back()
    {
        holders.Add(1, one, 5);
        holders.Remove(1, 5);
        Assert.Equal(HolderNews.Outdated, holders.Add(1, one, 5));
        Assert.Equal(HolderNews.Outdated, holders.Add(1, one, 4));
        Assert.Empty(holders.Present);
        Assert.Equal(HolderNews.New, holders.Add(1, one, 6));
        Assert.Equal(HolderNews.Outdated, holders.Add(1, one, 5));
        holders.Remove(1, 5);
        Assert.Equal([one], holders.Present);
        Assert.Equal(1, one.Shared);
    }

    [Fact]
    public void A_node_that_is_forgotten_may_say_the_same_again()
    {
        holders.Add(1, one, 5);
        holders.Forget(1);
        Assert.Equal((0, 0), (one.Shared, holders.Present.Length));
        Assert.Equal(HolderNews.New, holders.Add(1, two, 5));
        Assert.Equal((0, 1), (one.Shared, two.Shared));
    }

    [Fact]
    public void A_node_to_which_no_link_leads_holds_the_document_until_it_says_where_it_is()
    {
        Assert.True(holders.AddUnlinked(1));
        Assert.False(holders.AddUnlinked(1));
        Assert.Equal([null], holders.Present);
        Assert.Equal(HolderNews.New, holders.Add(1, one, 1));
        Assert.False(holders.AddUnlinked(1));
        Assert.Equal([one], holders.Present);
        holders.AddUnlinked(2);
        holders.Remove(2, ulong.MaxValue);
        Assert.Equal([one], holders.Present);
    }

    [Fact]
    public void Another_link_to_the_same_node_takes_the_place_of_the_one_before()
    {
        holders.Add(1, one, 5);
        Assert.Equal(HolderNews.Known, holders.Add(1, two, 5));
        Assert.Equal([two], holders.Present);
        Assert.Equal((0, 1), (one.Shared, two.Shared));
    }

    private sealed class Peer : ILinkPeer
    {
        public int Shared { get; private set; }

        public bool IsOpen => true;

        public bool TrySend(in LinkItem item) => true;

        public void Share() => Shared++;

        public void Unshare() => Shared--;
    }
}
