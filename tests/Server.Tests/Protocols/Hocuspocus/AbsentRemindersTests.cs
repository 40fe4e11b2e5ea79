namespace Relay.Protocols.Hocuspocus;

/// <summary>When the steps of absent documents are due.</summary>
public sealed class AbsentRemindersTests
{
    private readonly FakeTimeProvider time = new();
    private int calls;

    [Fact]
    public void They_are_taken_when_they_are_due_in_their_order()
    {
        using var reminders = Create(10);
        reminders.Add("late", Document(), TimeSpan.FromSeconds(2));
        reminders.Add("soon", Document(), TimeSpan.FromSeconds(1));
        time.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal(0, calls);
        time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(1, calls);
        Assert.Equal(["soon"], reminders.TakeDue().Select(due => due.Address));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, calls);
        Assert.Equal(["late"], reminders.TakeDue().Select(due => due.Address));
    }

    [Fact]
    public void A_later_one_of_a_document_takes_the_place_of_the_one_before()
    {
        using var reminders = Create(10);
        var document = Document();
        reminders.Add("d", document, TimeSpan.FromSeconds(1));
        reminders.Add("d", document, TimeSpan.FromSeconds(3));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(reminders.TakeDue());
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Single(reminders.TakeDue());
    }

    [Fact]
    public void There_are_so_many_and_after_the_end_none()
    {
        var reminders = Create(2);
        for (var i = 0; i < 3; i++)
        {
            reminders.Add($"d{i}", Document(), TimeSpan.FromSeconds(1));
        }

        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["d0", "d1"], reminders.TakeDue().Select(due => due.Address).Order());
        reminders.Add("d", Document(), TimeSpan.FromSeconds(1));
        reminders.Dispose();
        reminders.Add("d", Document(), TimeSpan.FromSeconds(1));
        var before = calls;
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(before, calls);
        Assert.Empty(reminders.TakeDue());
    }

    private static AbsentDocument Document() => new(AddressState.Asked, new UnsyncedCount());

    private AbsentReminders Create(int most) => new(most, time, () => calls++);
}
