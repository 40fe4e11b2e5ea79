using Relay.Backplane.Support;

namespace Relay.Backplane.Specification;

/// <summary>What every channel does with the entries of the node that listens.</summary>
public abstract class OwnEntrySpecification : BackplaneSpecification
{
    [Fact]
    public async Task A_listener_that_takes_an_own_entry_is_not_told_of_it_and_others_are()
    {
        var name = Sample.Name();
        var epoch = (await Log.FillAsync(name, 1))[1].Epoch;
        var entries = Enumerable.Range(2, 3).Select(i => Sample.Update(i)).ToArray();
        var (taker, witness) = (new Recorder { Takes = head => head.Position.Id == entries[1].Id }, new Recorder());
        await Channel.SubscribeAsync(name, taker, default).Soon();
        await Channel.SubscribeAsync(name, witness, default).Soon();

        foreach (var entry in entries)
        {
            await Log.AppendAsync(name, epoch, entry, default).Soon();
        }

        Assert.Equal(["2", "3", "4"], (await witness.EntriesAsync(3)).Texts());
        Assert.Equal(["2", "4"], (await taker.EntriesAsync(2)).Texts());
    }

    [Fact]
    public async Task What_another_node_appends_is_not_offered_as_own()
    {
        var name = Sample.Name();
        var epoch = (await Log.FillAsync(name, 1))[1].Epoch;
        var taker = new Recorder { Takes = _ => true };
        await Channel.SubscribeAsync(name, taker, default).Soon();

        await Other.Log.AppendAsync(name, epoch, Sample.Update(2), default).Soon();
        await Log.AppendAsync(name, epoch, Sample.Update(3), default).Soon();
        await Channel.PublishStatelessAsync(name, 1, new byte[] { 9 }, default).Soon();

        if (!ReferenceEquals(Log, Other.Log))
        {
            Assert.Equal(["2"], (await taker.EntriesAsync(1)).Texts());
        }

        Assert.Equal([9], (await taker.StatelessAsync()).Message);
    }
}
